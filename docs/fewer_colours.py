"""Makes screenshots small enough for a repository: 256 colours are about as many as pages have.

The browser that took one tells its pixels, so nothing else has to be installed.
"""

import base64
import struct
import zlib
from collections.abc import Iterator

import numpy as np
from playwright.sync_api import Page

MOST_COLOURS = 256
_PIXELS = """async (png) => {
  const image = new Image();
  image.src = "data:image/png;base64," + png;
  await image.decode();
  const context = new OffscreenCanvas(image.width, image.height).getContext("2d");
  context.drawImage(image, 0, 0);
  const {data} = context.getImageData(0, 0, image.width, image.height);
  let text = "";
  for (let at = 0; at < data.length; at += 32768)
    text += String.fromCharCode(...data.subarray(at, at + 32768));
  return [image.width, image.height, btoa(text)];
}"""


def fewer_colours(png: bytes, blank: Page) -> bytes:
    """Return a picture with at most 256 colours; ``blank`` is an empty page to read it with."""
    width, height, text = blank.evaluate(_PIXELS, base64.b64encode(png).decode())
    pixels = np.frombuffer(base64.b64decode(text), np.uint32)
    palette, indexes = _indexed(pixels)
    lines = np.zeros((height, width + 1), np.uint8)  # each line begins with its filter: none
    lines[:, 1:] = indexes.reshape(height, width)
    header = struct.pack(">IIBBBBB", width, height, 8, 3, 0, 0, 0)
    parts = [
        (b"IHDR", header),
        (b"PLTE", palette.tobytes()),
        (b"IDAT", zlib.compress(lines.tobytes(), 9)),
        (b"IEND", b""),
    ]
    return b"\x89PNG\r\n\x1a\n" + b"".join(_chunks(parts))


def _indexed(pixels: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return the commonest colours, and for each pixel which of them is nearest to its own."""
    colours, own, counts = np.unique(pixels, return_inverse=True, return_counts=True)
    rgb = colours.view(np.uint8).reshape(-1, 4)[:, :3]
    kept = np.argsort(-counts, kind="stable")[:MOST_COLOURS]
    apart = rgb[:, None, :].astype(np.int32) - rgb[kept][None, :, :].astype(np.int32)
    nearest = (apart**2).sum(axis=2).argmin(axis=1)
    return rgb[kept], nearest.astype(np.uint8)[own]


def _chunks(parts: list[tuple[bytes, bytes]]) -> Iterator[bytes]:
    for kind, data in parts:
        yield struct.pack(">I", len(data)) + kind + data
        yield struct.pack(">I", zlib.crc32(kind + data))
