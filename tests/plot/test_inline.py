"""Images in terminals: the bytes are those that the protocols' documents describe."""

import base64
import io
import re

import numpy as np
import pytest
from PIL import Image

from losscli.plot.image import Paper, render
from losscli.plot.inline import CHUNK, escaped, protocol
from losscli.plot.losses import figure
from losscli.spec import parse_all


@pytest.fixture(scope="module")
def png():
    return render(figure(parse_all("mse,mae")), "png", Paper(dpi=60))[0]


def test_kitty(png):
    """https://sw.kovidgoyal.net/kitty/graphics-protocol: keys in the first chunk, then `m` alone, 4096 bytes each."""
    sent = escaped(png, "kitty")
    chunks = re.findall(rb"\x1b_G([^;]*);([^\x1b]*)\x1b\\", sent)
    assert b"".join(b"\x1b_G" + keys + b";" + data + b"\x1b\\" for keys, data in chunks) + b"\n" == sent
    assert len(chunks) > 1
    assert chunks[0][0] == b"a=T,f=100,q=2,m=1"
    assert [keys for keys, _ in chunks[1:]] == [b"m=1"] * (len(chunks) - 2) + [b"m=0"]
    assert all(len(data) <= CHUNK and len(data) % 4 == 0 for _, data in chunks)
    assert base64.b64decode(b"".join(data for _, data in chunks)) == png


def test_a_small_image_is_one_chunk():
    assert escaped(b"tiny", "kitty") == b"\x1b_Ga=T,f=100,q=2,m=0;dGlueQ==\x1b\\\n"


def test_iterm2(png):
    """https://iterm2.com/documentation-images.html: OSC 1337 ; File = arguments : base64 BEL."""
    found = re.fullmatch(
        rb"\x1b\]1337;File=inline=1;size=(\d+):([A-Za-z0-9+/=]+)\x07\n", escaped(png, "iterm2")
    )
    assert found is not None
    assert int(found[1]) == len(png)
    assert base64.b64decode(found[2]) == png


def decoded(sent):
    """What a terminal draws: the VT340's sixels, written by its manual."""
    body = re.fullmatch(r'\x1bPq"1;1;(\d+);(\d+)(.*)\x1b\\\n', sent.decode("ascii"), re.DOTALL)
    wide, high = int(body[1]), int(body[2])
    canvas = np.full((high + 6, wide, 3), -1.0)
    colours, x, top, ink = {}, 0, 0, 0
    for match in re.finditer(r"#(\d+)(?:;2;(\d+);(\d+);(\d+))?|!(\d+)([?-~])|([?-~])|([$-])", body[3]):
        number, red, green, blue, times, repeated, once, move = match.groups()
        if number is not None:
            ink = int(number)
            if red is not None:
                colours[ink] = [int(red), int(green), int(blue)]
        elif move is not None:
            x, top = 0, top + 6 * (move == "-")
        else:
            bits, count = ord(repeated or once) - 63, int(times or 1)
            for row in range(6):
                if bits >> row & 1:
                    canvas[top + row, x : x + count] = colours[ink]
            x += count
            assert x <= wide
    return canvas[:high]


def test_sixel(png):
    seen = decoded(escaped(png, "sixel"))
    with Image.open(io.BytesIO(png)) as image:
        true = np.asarray(image.convert("RGB")) / 2.55
    assert seen.shape == true.shape
    assert (seen >= 0).all()
    assert np.abs(seen - true).max() < 25
    assert np.abs(seen - true).mean() < 1


@pytest.mark.parametrize(
    ("environment", "kind"),
    [
        ({"TERM": "xterm-kitty"}, "kitty"),
        ({"TERM": "xterm-256color", "KITTY_WINDOW_ID": "1"}, "kitty"),
        ({"TERM": "xterm-ghostty", "TERM_PROGRAM": "ghostty"}, "kitty"),
        ({"TERM": "xterm-256color", "TERM_PROGRAM": "iTerm.app"}, "iterm2"),
        ({"TERM": "xterm-256color", "TERM_PROGRAM": "WezTerm"}, "iterm2"),
        ({"TERM": "foot"}, "sixel"),
        ({"TERM": "mlterm-256color"}, "sixel"),
        ({"TERM": "xterm-256color"}, ""),
        ({"TERM": "tmux-256color", "TMUX": "/tmp/x", "KITTY_WINDOW_ID": "1"}, ""),
        ({"TERM": "screen-256color", "TERM_PROGRAM": "iTerm.app"}, ""),
        ({}, ""),
    ],
)
def test_the_environment_decides(environment, kind):
    assert protocol(environment) == kind
