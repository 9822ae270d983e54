"""What each command asks for; who may ask is in `stayline.domain.roles`."""

from collections.abc import Mapping

from stayline.domain.roles import Operation as Op

COMMANDS: Mapping[str, Op] = {
    "up": Op.RUN_SERVER,
    "inspect": Op.SEE_HEALTH,
    "simulate": Op.SEE_HEALTH,
    "import": Op.IMPORT_DATA,
    "train": Op.TRAIN,
    "score": Op.SCORE_EVERYONE,
    "serve": Op.RUN_SERVER,
    "doctor": Op.SEE_HEALTH,
    "aws synth": Op.SEE_HEALTH,
    "aws diff": Op.SEE_HEALTH,
    "aws deploy": Op.RUN_SERVER,
    "aws destroy": Op.RUN_SERVER,
    "aws doctor": Op.SEE_HEALTH,
    "aws cost": Op.SEE_HEALTH,
    "pipeline list": Op.SEE_MODELS,
    "pipeline show": Op.SEE_MODELS,
    "pipeline validate": Op.SEE_HEALTH,
    "pipeline render": Op.SEE_HEALTH,
    "pipeline resume": Op.TRAIN,
    "pipeline run": Op.TRAIN,
    "models list": Op.SEE_MODELS,
    "models show": Op.SEE_MODELS,
    "models card": Op.SEE_MODELS,
    "models compare": Op.SEE_MODELS,
    "models approve": Op.DECIDE_ON_MODELS,
    "models reject": Op.DECIDE_ON_MODELS,
    "models deploy": Op.DECIDE_ON_MODELS,
    "models rollback": Op.DECIDE_ON_MODELS,
    "models deployments": Op.SEE_MODELS,
    "waivers file": Op.DECIDE_ON_MODELS,
    "waivers list": Op.SEE_MODELS,
    "outcomes import": Op.IMPORT_DATA,
    "outcomes summary": Op.SEE_MONITORING,
    "jobs list": Op.SEE_MONITORING,
    "jobs due": Op.SEE_MONITORING,
    "jobs run": Op.RUN_JOBS,
    "jobs loop": Op.RUN_JOBS,
    "watch run": Op.RUN_MONITORING,
    "watch workforce": Op.RUN_MONITORING,
    "watch list": Op.SEE_MONITORING,
    "watch report": Op.SEE_MONITORING,
    "watch actions": Op.SEE_MONITORING,
    "alarms list": Op.SEE_MONITORING,
    "alarms evaluate": Op.RUN_MONITORING,
    "alarms rules": Op.SEE_MONITORING,
    "alarms history": Op.SEE_MONITORING,
    "alarms acknowledge": Op.ACKNOWLEDGE_ALARM,
    "alarms test": Op.RUN_MONITORING,
    "access-keys create": Op.MANAGE_SECRETS,
    "access-keys list": Op.MANAGE_SECRETS,
    "access-keys revoke": Op.MANAGE_SECRETS,
    "api-keys create": Op.MANAGE_SECRETS,
    "api-keys list": Op.MANAGE_SECRETS,
    "api-keys revoke": Op.MANAGE_SECRETS,
    "roles list": Op.READ_REGISTER,
    "roles request": Op.REQUEST_ROLE,
    "roles grant": Op.GRANT_ROLE,
    "roles revoke": Op.GRANT_ROLE,
    "audit list": Op.READ_AUDIT_LOG,
    "audit verify": Op.READ_AUDIT_LOG,
    "audit checkpoint": Op.READ_AUDIT_LOG,
    "audit public-key": Op.READ_AUDIT_LOG,
    "stop-scoring": Op.STOP_SCORING,
    "resume-scoring": Op.STOP_SCORING,
    "scoring-state": Op.SEE_PILOT,
    "pilot set": Op.SET_PILOT,
    "pilot end": Op.SET_PILOT,
    "pilot show": Op.SEE_PILOT,
    "pilot report": Op.SEE_PILOT,
    "oversight rates": Op.READ_REGISTER,
    "oversight bulk": Op.READ_REGISTER,
    "oversight after-views": Op.READ_REGISTER,
    "oversight reviews": Op.READ_REGISTER,
    "oversight train": Op.KEEP_REGISTER,
    "oversight close": Op.KEEP_REGISTER,
    "purge": Op.PURGE,
    "holds set": Op.SET_LEGAL_HOLD,
    "holds lift": Op.SET_LEGAL_HOLD,
    "holds list": Op.READ_REGISTER,
    "erase": Op.ANSWER_RIGHTS_REQUEST,
    "opt-out set": Op.SET_OPT_OUT,
    "opt-out withdraw": Op.SET_OPT_OUT,
    "opt-out list": Op.SEE_OPT_OUT,
    "requests open": Op.ANSWER_RIGHTS_REQUEST,
    "requests extend": Op.ANSWER_RIGHTS_REQUEST,
    "requests close": Op.ANSWER_RIGHTS_REQUEST,
    "requests list": Op.ANSWER_RIGHTS_REQUEST,
    "export-person": Op.ANSWER_RIGHTS_REQUEST,
    "correct": Op.ANSWER_RIGHTS_REQUEST,
    "notices give": Op.KEEP_REGISTER,
    "notices import": Op.KEEP_REGISTER,
    "bases set": Op.KEEP_REGISTER,
    "register kinds": Op.READ_REGISTER,
    "register list": Op.READ_REGISTER,
    "register add": Op.KEEP_REGISTER,
    "register import": Op.KEEP_REGISTER,
    "comply": Op.CHECK_COMPLIANCE,
    "comply-documents": Op.CHECK_COMPLIANCE,
    "secrets list": Op.MANAGE_SECRETS,
    "secrets rotate": Op.MANAGE_SECRETS,
    "secrets retire": Op.MANAGE_SECRETS,
    "access-keys rotate": Op.MANAGE_SECRETS,
}
"""One entry a command. What works on files of whoever runs it, and on no home, asks for nothing."""

OF_ONE_PERSON: Mapping[str, Op] = {"score": Op.SCORE_PEOPLE}
"""What a command asks for instead when it is given ``--employee``."""

OF_KIND: Mapping[str, Op] = {
    "legal-hold": Op.SET_LEGAL_HOLD,
    "rights-request": Op.ANSWER_RIGHTS_REQUEST,
}
"""What keeping a record of some kinds asks for instead, as their own commands do."""

MAKES_A_HOME = frozenset({"import"})


def operation_of(command: str, options: Mapping[str, object]) -> Op:
    """Return what a command asks for; a `KeyError` is a command that nobody may run."""
    if command in OF_ONE_PERSON and options.get("employee") is not None:
        return OF_ONE_PERSON[command]
    if COMMANDS[command] is Op.KEEP_REGISTER and "kind" in options:
        from stayline.usecases.keep_records import kind_named, name_of

        return OF_KIND.get(name_of(kind_named(str(options["kind"]))), Op.KEEP_REGISTER)
    return COMMANDS[command]
