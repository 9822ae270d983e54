"""Numbers that are given out one after the other, in DynamoDB."""

from stayline.adapters.aws.clients import Clients, our_errors


def next_number(clients: Clients, of: str, what: str) -> int:
    """Return the next number of a kind of thing, from 1; never the same one twice.

    One that is lost with whoever asked for it leaves a gap. ``what`` names the store in errors.
    """
    with our_errors(what):
        answer = clients.of("dynamodb").update_item(
            TableName=clients.resources.state_table,
            Key={"pk": {"S": f"number#{of}"}, "sk": {"S": " "}},
            UpdateExpression="ADD given_out :one",
            ExpressionAttributeValues={":one": {"N": "1"}},
            ReturnValues="UPDATED_NEW",
        )
    return int(answer["Attributes"]["given_out"]["N"])
