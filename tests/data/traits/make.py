"""Pictures of a few hundred bytes and what libraries measure in them.

Python 3, ImageHash 4.3.2, OpenCV 5.0.0, NumPy 2.4.6, Pillow 13.0.0, SciPy 1.17.1:
    python make.py
writes the pictures beside itself and `expected.json`. Hashes of `square.png` (32 x 32) and `strip.png` (9 x 8) are those of
ImageHash, which does not resize a picture that has the size it wants; those of the larger ones are ImageHash's transform on
the picture that OpenCV reduced by area.
"""

import json
import pathlib

import cv2
import imagehash
import numpy as np
import scipy.fftpack
from PIL import Image

HERE = pathlib.Path(__file__).parent


def shapes(width, height, seed):
    """Blurred shapes with a little noise: content at every frequency, no two levels the same by construction."""
    rng = np.random.default_rng(seed)
    canvas = np.full((height, width, 3), rng.integers(60, 180, 3), np.uint8)
    for _ in range(9):
        centre = (int(rng.integers(0, width)), int(rng.integers(0, height)))
        colour = tuple(int(c) for c in rng.integers(0, 256, 3))
        cv2.circle(canvas, centre, int(rng.integers(2, max(3, width // 3))), colour, -1)
    canvas = cv2.GaussianBlur(canvas, (0, 0), max(width / 40, 0.5))
    noise = rng.integers(-9, 10, canvas.shape)
    return np.clip(canvas.astype(int) + noise, 0, 255).astype(np.uint8)


def phash_of(pixels):
    """imagehash.phash behind its resize."""
    dct = scipy.fftpack.dct(scipy.fftpack.dct(pixels, axis=0), axis=1)
    low = dct[:8, :8]
    return imagehash.ImageHash(low > np.median(low))


def dhash_of(pixels):
    """imagehash.dhash behind its resize."""
    return imagehash.ImageHash(pixels[:, 1:] > pixels[:, :-1])


def measured(name):
    grey = np.asarray(Image.open(HERE / name).convert("L"))
    laplacian = cv2.Laplacian(grey, cv2.CV_64F)
    of = grey.astype(np.float64)
    return {
        "width": int(grey.shape[1]),
        "height": int(grey.shape[0]),
        "brightness": float(of.mean() / 255),
        "contrast": float(of.std() / 255),
        "sharpness": float(laplacian.std() / 255),
        # Enlarging by area is another thing in every library.
        "phash": str(phash_of(cv2.resize(of, (32, 32), interpolation=cv2.INTER_AREA))) if min(grey.shape) >= 32 else None,
        "dhash": str(dhash_of(cv2.resize(of, (9, 8), interpolation=cv2.INTER_AREA))),
    }


def main():
    Image.fromarray(shapes(32, 32, 1)).save(HERE / "square.png")
    Image.fromarray(shapes(9, 8, 2)).save(HERE / "strip.png")
    wide = shapes(96, 64, 3)
    Image.fromarray(wide).save(HERE / "wide.png")
    Image.fromarray(cv2.GaussianBlur(wide, (0, 0), 2)).save(HERE / "blurred.png")
    Image.fromarray(np.clip(wide * 0.6 + 20, 0, 255).astype(np.uint8)).save(HERE / "darker.png")
    Image.fromarray(cv2.resize(wide, (72, 48), interpolation=cv2.INTER_AREA)).save(HERE / "smaller.png")
    names = ["square", "strip", "wide", "blurred", "darker", "smaller"]
    expected = {name: measured(f"{name}.png") for name in names}
    square, strip = Image.open(HERE / "square.png"), Image.open(HERE / "strip.png")
    # The only two that ImageHash leaves in their size.
    assert str(imagehash.phash(square)) == expected["square"]["phash"]
    assert str(imagehash.dhash(strip)) == expected["strip"]["dhash"]
    libraries = {"ImageHash": "4.3.2", "OpenCV": cv2.__version__, "NumPy": np.__version__, "SciPy": "1.17.1"}
    text = json.dumps({"made_with": libraries, "pictures": expected}, indent=1)
    (HERE / "expected.json").write_text(text + "\n")


main()
