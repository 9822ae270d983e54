"""The ceiling of the loop itself, and of the load generator: a bare protocol, a constant."""

import asyncio
import sys

import uvloop

BODY = b'{"risk":0.25}'
ANSWER = b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%s" % (len(BODY), BODY)


class Constant(asyncio.Protocol):
    """Takes whatever comes at once for one request."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Keep the way back."""
        self.transport = transport

    def data_received(self, data: bytes) -> None:
        """Answer with a constant."""
        self.transport.write(ANSWER)


async def main() -> None:
    """Listen until stopped."""
    loop = asyncio.get_running_loop()
    server = await loop.create_server(Constant, "127.0.0.1", int(sys.argv[2]), backlog=1024)
    await server.serve_forever()


if __name__ == "__main__":
    uvloop.run(main())
