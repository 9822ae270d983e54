"""``stayline serve``: the REST API."""

from pathlib import Path
from typing import Annotated

import typer

from stayline.cli.terminal import HomeOption, check_home_exists, say, settings_for

PortOption = Annotated[
    int | None,
    typer.Option("--port", min=0, max=65535, help="Port; 0 picks a free one.", show_default=False),
]
CertOption = Annotated[
    Path | None,
    typer.Option("--tls-cert", help="The certificate and its chain, in PEM.", show_default=False),
]
KeyOption = Annotated[
    Path | None,
    typer.Option("--tls-key", help="The certificate's key, in PEM, mode 0600.", show_default=False),
]


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("serve")(serve)


def serve(
    port: PortOption = None,
    tls_cert: CertOption = None,
    tls_key: KeyOption = None,
    home: HomeOption = None,
) -> None:
    """Serve the deployed model until stopped (Ctrl-C); past this machine only with TLS."""
    from dataclasses import replace

    from stayline.web.home_server import serve_home

    settings = settings_for(home)
    if port is not None:
        settings = replace(settings, port=port)
    if tls_cert is not None or tls_key is not None:
        settings = replace(settings, tls_cert=str(tls_cert or ""), tls_key=str(tls_key or ""))
    check_home_exists(settings)
    serve_home(
        settings,
        on_ready=lambda url: say(f"Serving at {url} (API description: {url}/openapi.json)"),
    )
