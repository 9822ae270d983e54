{{- define "stayline.labels" -}}
app.kubernetes.io/name: {{ .Chart.Name }}
app.kubernetes.io/instance: {{ .Release.Name }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
helm.sh/chart: {{ .Chart.Name }}-{{ .Chart.Version }}
{{- end }}

{{/* What picks the pods of one part: (list $ "gateway") */}}
{{- define "stayline.part" -}}
{{- $root := index . 0 -}}
app.kubernetes.io/name: {{ $root.Chart.Name }}
app.kubernetes.io/instance: {{ $root.Release.Name }}
app.kubernetes.io/component: {{ index . 1 }}
{{- end }}

{{- define "stayline.image" -}}
{{ .Values.image.repository }}:{{ .Values.image.tag | default .Chart.AppVersion }}
{{- end }}

{{- define "stayline.pod" -}}
serviceAccountName: {{ .Release.Name }}
automountServiceAccountToken: false
# Links would say STAYLINE_PORT=tcp://..., which is a setting's name, for a Service named stayline.
enableServiceLinks: false
{{- with .Values.image.pullSecrets }}
imagePullSecrets: {{ toYaml . | nindent 2 }}
{{- end }}
securityContext:
  runAsNonRoot: true
  runAsUser: 1000
  runAsGroup: 1000
  fsGroup: 1000
  # Once, while a volume is new: later on it would open the files of secrets to the group.
  fsGroupChangePolicy: OnRootMismatch
  seccompProfile:
    type: RuntimeDefault
{{- end }}

{{- define "stayline.locked" -}}
securityContext:
  allowPrivilegeEscalation: false
  readOnlyRootFilesystem: true
  capabilities:
    drop: [ALL]
{{- end }}

{{- define "stayline.spread" -}}
topologySpreadConstraints:
  - maxSkew: 1
    topologyKey: kubernetes.io/hostname
    whenUnsatisfiable: ScheduleAnyway
    labelSelector:
      matchLabels: {{- include "stayline.part" . | nindent 8 }}
{{- end }}

{{- define "stayline.databaseHost" -}}
{{- if .Values.trial.enabled -}}
{{ .Release.Name }}-postgres
{{- else -}}
{{ required "database.host is not set: name your PostgreSQL, or set trial.enabled to try one out" .Values.database.host }}
{{- end -}}
{{- end }}

{{/* The way to the object store: all that workers are given, since neither names nor keys are theirs. */}}
{{- define "stayline.objectStore" -}}
- name: AWS_DEFAULT_REGION
  value: {{ .Values.storage.region | quote }}
{{- if .Values.trial.enabled }}
- name: AWS_ENDPOINT_URL_S3
  value: http://{{ .Release.Name }}-objects:8333
- name: AWS_ALLOW_HTTP
  value: "true"
{{- else if .Values.storage.endpoint }}
- name: AWS_ENDPOINT_URL_S3
  value: {{ .Values.storage.endpoint | quote }}
{{- end }}
{{- with .Values.storage.keysSecret }}
{{- if .name }}
- name: AWS_ACCESS_KEY_ID
  valueFrom:
    secretKeyRef: {name: {{ .name }}, key: {{ .idKey }}}
- name: AWS_SECRET_ACCESS_KEY
  valueFrom:
    secretKeyRef: {name: {{ .name }}, key: {{ .secretKey }}}
{{- end }}
{{- end }}
{{- end }}

{{- define "stayline.storageUrl" -}}
{{- if .Values.trial.enabled -}}
s3://stayline/shared
{{- else -}}
{{ required "storage.url is not set: name your bucket as s3://bucket/prefix, or set trial.enabled to try one out" .Values.storage.url }}
{{- end -}}
{{- end }}

{{/* What gateways and the jobs beside them are told. */}}
{{- define "stayline.gatewayEnvironment" -}}
- name: STAYLINE_DATABASE_URL
  value: {{ printf "postgresql+psycopg://%s@%s:%v/%s" .Values.database.user (include "stayline.databaseHost" .) .Values.database.port .Values.database.name | quote }}
- name: PGPASSWORD
  valueFrom:
    secretKeyRef: {{- toYaml .Values.database.passwordSecret | nindent 6 }}
- name: PGSSLMODE
  value: {{ ternary "disable" .Values.database.sslMode .Values.trial.enabled }}
{{- if .Values.database.authoritySecret.name }}
- name: PGSSLROOTCERT
  value: /etc/stayline/database/authority.pem
{{- else if eq .Values.database.sslMode "verify-full" }}
- name: PGSSLROOTCERT
  value: system
{{- end }}
- name: STAYLINE_TOKEN_KEY
  valueFrom:
    secretKeyRef: {{- toYaml .Values.tokenKeySecret | nindent 6 }}
- name: STAYLINE_STORAGE_URL
  value: {{ include "stayline.storageUrl" . | quote }}
{{ include "stayline.objectStore" . }}
- name: STAYLINE_TRUSTED_PROXY
  value: {{ required "gateway.trustedProxy is not set: name the address or network of what ends TLS in front of the gateways" .Values.gateway.trustedProxy | quote }}
{{- range $name, $value := .Values.gateway.settings }}
- name: STAYLINE_{{ upper $name }}
  value: {{ $value | toString | quote }}
{{- end }}
{{- with .Values.accessKeysSecret }}
{{- if .name }}
- name: STAYLINE_ACCESS_KEYS
  valueFrom:
    secretKeyRef: {{- toYaml . | nindent 6 }}
{{- end }}
{{- end }}
{{- with .Values.alarmChannelsSecret }}
{{- if .name }}
- name: STAYLINE_ALARM_CHANNELS
  valueFrom:
    secretKeyRef: {{- toYaml . | nindent 6 }}
{{- end }}
{{- end }}
{{- end }}

{{- define "stayline.gatewayMounts" -}}
- name: home
  mountPath: /home/stayline/data
  # A folder in the volume, so that a file system's own lost+found is none of the home's.
  subPath: home
- name: capture
  mountPath: /home/stayline/data/capture
  subPath: capture
- name: tmp
  mountPath: /tmp
{{- if .Values.database.authoritySecret.name }}
- name: authority
  mountPath: /etc/stayline/database
  readOnly: true
{{- end }}
{{- range $name, $_ := .Values.gateway.files }}
- name: files
  mountPath: /home/stayline/data/{{ $name }}
  subPath: {{ $name }}
  readOnly: true
{{- end }}
{{- end }}

{{/* Names are looked up, the release's own pods reached, and outside some ports: (list $ ports) */}}
{{- define "stayline.egress" -}}
{{- $root := index . 0 -}}
- ports:
    - {port: 53, protocol: UDP}
    - {port: 53, protocol: TCP}
- to:
    - podSelector:
        matchLabels:
          app.kubernetes.io/name: {{ $root.Chart.Name }}
          app.kubernetes.io/instance: {{ $root.Release.Name }}
{{- with index . 1 }}
- ports:
    {{- range . }}
    - port: {{ . }}
    {{- end }}
{{- end }}
{{- end }}
