"""``stayline serve``: the REST API."""

from typing import Annotated

import typer

from stayline.cli.terminal import HomeOption, check_home_exists, say, settings_for

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

    from stayline.web.home_server import serve_home

    settings = settings_for(home)
    if port is not None:
        settings = replace(settings, port=port)
    check_home_exists(settings)
    serve_home(
        settings,
        on_ready=lambda url: say(f"Serving at {url} (API description: {url}/openapi.json)"),
    )
