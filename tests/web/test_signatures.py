import string
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from urllib.parse import quote, urlsplit

import botocore.auth
import pytest
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials
from hypothesis import assume, given
from hypothesis import strategies as st

from stayline.domain.access_keys import AccessKey
from stayline.errors import SignatureRefused
from stayline.web.signatures import verified_caller

KEY = AccessKey("SLAK0123456789ABCDEF", "s3cr3t/of+the=key", "payroll")
KEYS = {KEY.key_id: KEY}
HOST = "stayline.test:8080"


class Signed:
    """A request as botocore signed it and as it goes over the wire."""

    def __init__(
        self, method="POST", path="/endpoints/attrition-risk/invocations", query="", headers=(),
        body=b"{}", key=KEY, region="eu-central-1", service="sagemaker", session=None,
    ):  # fmt: skip
        url = f"http://{HOST}{path}" + (f"?{query}" if query else "")
        request = AWSRequest(method, url, headers=dict(headers), data=body)
        credentials = Credentials(key.key_id, key.secret, session)
        botocore.auth.SigV4Auth(credentials, service, region).add_auth(request)
        self.method = method
        self.path = urlsplit(request.url).path.encode()
        self.query = urlsplit(request.url).query.encode()
        sent = [("Host", HOST), *request.headers.items()]
        self.headers = [(name.encode(), str(value).encode("latin-1")) for name, value in sent]
        self.body = body
        self.at = datetime.strptime(request.headers["X-Amz-Date"], "%Y%m%dT%H%M%SZ").replace(
            tzinfo=UTC
        )

    def caller(self, *, keys=KEYS, later=timedelta(0), **changed):
        sent = {
            "method": self.method, "raw_path": self.path, "query_string": self.query,
            "headers": self.headers, "body": self.body,
        } | changed  # fmt: skip
        return verified_caller(**sent, keys=keys, now=self.at + later)

    def without(self, name):
        return [(n, v) for n, v in self.headers if n.lower() != name]


def refusal_of(signed, **changed):
    with pytest.raises(SignatureRefused) as refused:
        signed.caller(**changed)
    return refused.value


_SEGMENTS = st.text(
    st.sampled_from("ab Z09-_.~%+&=@:é漢/"), min_size=1, max_size=12
).map(lambda text: quote(text, safe="-_.~"))  # fmt: skip
_PATHS = st.lists(_SEGMENTS, min_size=1, max_size=4).map(lambda parts: "/" + "/".join(parts))
_WORDS = st.text(st.sampled_from("abc DEF019-_.~%+&=/é漢"), min_size=1, max_size=8)
_QUERIES = st.lists(st.tuples(_WORDS, _WORDS), max_size=4).map(
    lambda pairs: "&".join(f"{quote(k, safe='-_.~')}={quote(v, safe='-_.~')}" for k, v in pairs)
)
_VALUES = st.text(
    st.sampled_from(string.ascii_letters + string.digits + "    ;,=\"'/"), max_size=20
)
_HEADERS = st.dictionaries(
    st.sampled_from(
        ["Content-Type", "Accept", "X-Amzn-SageMaker-Custom-Attributes", "X-Amz-Meta-Note"]
    ),
    _VALUES,
)
_REQUESTS = st.builds(
    Signed,
    method=st.sampled_from(["GET", "PUT", "POST", "DELETE"]),
    path=_PATHS.filter(lambda path: not any(s in (".", "..") for s in path.split("/"))),
    query=_QUERIES,
    headers=_HEADERS,
    body=st.binary(max_size=40),
    region=st.sampled_from(["eu-central-1", "us-east-1", "local"]),
)


@given(signed=_REQUESTS)
def test_what_botocore_signs_is_verified_and_names_the_caller(signed):
    assert signed.caller() == "payroll"


@given(signed=_REQUESTS, where=st.integers(0), byte=st.integers(33, 126), data=st.data())
def test_a_changed_byte_anywhere_in_what_was_signed_is_refused(signed, where, byte, data):
    part = data.draw(st.sampled_from(["method", "raw_path", "query_string", "body", "headers"]))
    if part == "method":
        changed = data.draw(st.sampled_from(["GET", "PUT", "POST", "DELETE", "PATCH"]))
        assume(changed != signed.method)
    elif part == "headers":
        which = data.draw(st.integers(0, len(signed.headers) - 1))
        name, value = signed.headers[which]
        assume(value.strip())
        new = _changed(value, where, byte)
        assume(b" ".join(new.split()) != b" ".join(value.split()))
        changed = [*signed.headers]
        changed[which] = (name, new)
    else:
        before = {"raw_path": signed.path, "query_string": signed.query, "body": signed.body}[part]
        assume(before)
        changed = _changed(before, where, byte)
        assume(changed != before)
    refusal_of(signed, **{part: changed})


def _changed(text, where, byte):
    at = where % len(text)
    return text[:at] + bytes([byte]) + text[at + 1 :]


@pytest.mark.parametrize("extra", [b"x", b" ", b"\x00"])
def test_bytes_added_to_a_body_are_refused(extra):
    assert refusal_of(Signed(), body=b"{}" + extra).code == "InvalidSignatureException"


def test_runs_of_spaces_in_a_header_may_be_folded_on_the_way():
    signed = Signed(headers={"X-Amzn-SageMaker-Custom-Attributes": "  a   b "})
    name = b"X-Amzn-SageMaker-Custom-Attributes"
    folded = [(n, b"a b" if n == name else v) for n, v in signed.headers]
    assert signed.caller(headers=folded) == "payroll"


@pytest.mark.parametrize("seconds", [-299, 0, 299])
def test_a_signature_holds_for_five_minutes_either_way(seconds):
    assert Signed().caller(later=timedelta(seconds=seconds)) == "payroll"


@pytest.mark.parametrize("seconds", [-302, 302, 86400])
def test_an_older_or_a_later_one_is_refused(seconds):
    refusal = refusal_of(Signed(), later=timedelta(seconds=seconds))
    assert refusal.code == "InvalidSignatureException"
    assert "signature" in str(refusal)


def test_an_unknown_key_and_a_session_token_are_refused_alike():
    assert refusal_of(Signed(), keys={}).code == "UnrecognizedClientException"
    assert refusal_of(Signed(session="t")).code == "UnrecognizedClientException"


def test_a_wrong_secret_is_refused_without_showing_either():
    refusal = refusal_of(Signed(key=AccessKey(KEY.key_id, "guessed", KEY.name)))
    assert refusal.code == "InvalidSignatureException"
    assert "guessed" not in str(refusal)
    assert KEY.secret not in str(refusal) + repr(KEYS)


def test_a_replaced_key_is_taken_until_its_overlap_ends_and_then_refused_in_words():
    signed = Signed()
    replaced = replace(KEY, valid_until=signed.at + timedelta(minutes=2), successor="SLAK1")
    keys = {KEY.key_id: replaced}
    assert signed.caller(keys=keys, later=timedelta(seconds=119)) == "payroll"
    refusal = refusal_of(signed, keys=keys, later=timedelta(minutes=2))
    assert refusal.code == "ExpiredTokenException"
    assert "Sign with its successor" in str(refusal)
    guessed = Signed(key=AccessKey(KEY.key_id, "guessed", KEY.name))
    refusal = refusal_of(guessed, keys=keys, later=timedelta(minutes=3))
    assert refusal.code == "InvalidSignatureException"


def test_another_service_is_refused():
    assert "sagemaker" in str(refusal_of(Signed(service="s3")))


def test_a_request_without_a_signature_is_told_how_to_sign():
    signed = Signed()
    refusal = refusal_of(signed, headers=signed.without(b"authorization"))
    assert refusal.code == "MissingAuthenticationTokenException"
    assert "stayline access-keys create" in str(refusal)


def test_presigned_addresses_are_refused_by_name():
    signed = Signed()
    refusal = refusal_of(
        signed, headers=signed.without(b"authorization"), query_string=b"X-Amz-Signature=0"
    )
    assert "presigned" in str(refusal)


@pytest.mark.parametrize(
    "header",
    [b"", b"Bearer abc", b"AWS4-HMAC-SHA256", b"AWS4-HMAC-SHA256 Credential=a/b/c/d/aws4_request"],
)
def test_an_authorization_of_another_form_is_incomplete(header):
    signed = Signed()
    headers = [*signed.without(b"authorization"), (b"authorization", header)]
    assert refusal_of(signed, headers=headers).code == "IncompleteSignatureException"


@pytest.mark.parametrize("name", [b"host", b"x-amz-date"])
def test_host_and_date_must_be_signed(name):
    signed = Signed()
    (given_,) = [v for n, v in signed.headers if n.lower() == b"authorization"]
    thinned = given_.replace(name + b";", b"").replace(b";" + name, b"")
    headers = [*signed.without(b"authorization"), (b"authorization", thinned)]
    assert name.decode() in str(refusal_of(signed, headers=headers))


@pytest.mark.parametrize(
    "name", [b"Content-Type", b"X-Amz-Target", b"X-Amzn-SageMaker-Target-Variant"]
)
def test_a_header_that_changes_the_meaning_cannot_be_added_later(name):
    signed = Signed()
    refusal = refusal_of(signed, headers=[*signed.headers, (name, b"version-1")])
    assert refusal.code == "IncompleteSignatureException"


@pytest.mark.parametrize("declared", ["UNSIGNED-PAYLOAD", "0" * 64])
def test_a_signature_that_leaves_the_body_out_is_refused(declared):
    signed = Signed(headers={"X-Amz-Content-SHA256": declared})
    assert "body" in str(refusal_of(signed))


@pytest.mark.parametrize("path", ["/a//b", "/a/./b", "/a/../b", "/a/.."])
def test_a_path_that_signing_would_change_is_refused(path):
    assert "segments" in str(refusal_of(Signed(path=path)))
