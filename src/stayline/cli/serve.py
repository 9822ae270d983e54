"""``stayline serve``: the REST API."""

from typing import Annotated

import typer

from stayline.cli.terminal import HomeOption, ports_for, say, settings_for

PortOption = Annotated[
    int | None,
    typer.Option("--port", min=0, max=65535, help="Port; 0 picks a free one.", show_default=False),
]


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("serve")(serve)


def serve(port: PortOption = None, home: HomeOption = None) -> None:
    """Serve the deployed model until stopped (Ctrl-C)."""
    from dataclasses import replace

    from stayline.web.app import create_app
    from stayline.web.serving import serve as serve_app

    settings = settings_for(home)
    if port is not None:
        settings = replace(settings, port=port)
    ports = ports_for(settings, must_exist=True)
    ports.runner.purge_expired(at=ports.clock.now())
    serve_app(
        create_app(ports, settings),
        settings,
        on_ready=lambda url: say(f"Serving at {url} (API description: {url}/openapi.json)"),
    )
