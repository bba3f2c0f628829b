"""What comes out looks like what went in: against full Lanczos, upright, in the right colours, with its alpha."""

import io

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from imaging.params import Format, Params
from imaging.resizing import resize
from imaging.room import Room
from PIL import Image, ImageChops, ImageCms, ImageOps, ImageStat

from tests.unit.image_resize.samples import DISPLAY_P3, PHOTOS, exif, file, photo, rgb_profile

ROOM = Room(1 << 30)
LANCZOS = Image.Resampling.LANCZOS


def sizes(body: bytes, *widths: int, form: Format = Format.PNG, quality: int = 90) -> dict[int, Image.Image]:
    """The image in these widths, decoded again. PNG by default: what is compared is the resizing, not the encoder."""
    params = Params(tuple(sorted(widths, reverse=True)), form, quality)
    return {size.width: Image.open(io.BytesIO(size.body)) for size in resize(body, params, ROOM)}


def distance(one: Image.Image, other: Image.Image) -> float:
    """Root mean square difference of two images of one size, in levels of 255, all channels together."""
    assert one.size == other.size
    squares = ImageStat.Stat(ImageChops.difference(one.convert("RGB"), other.convert("RGB"))).sum2
    return float((sum(squares) / (one.size[0] * one.size[1] * 3)) ** 0.5)


@pytest.mark.parametrize("name", ["bergblick/picos-de-europa.jpg", "bergblick/sunset.jpg", "kontor/wall-clock.jpg"])
def test_every_size_is_as_good_as_lanczos_from_the_full_image(name: str) -> None:
    tenant, _, file_name = name.partition("/")
    body = (PHOTOS / tenant / "images" / file_name).read_bytes()
    full = ImageOps.exif_transpose(Image.open(io.BytesIO(body)))
    assert full is not None

    for width, made in sizes(body, 1600, 800, 400, 160).items():
        assert distance(made, full.resize(made.size, LANCZOS)) < 1, width
        assert made.size == (width, round(full.size[1] * width / full.size[0]))


@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize("form", ["JPEG", "PNG", "WEBP"])
def test_every_orientation_comes_out_upright(orientation: int, form: str) -> None:
    upright = photo("bergblick/espresso.png", (96, 64))
    stored = upright.transpose(_inverse(orientation)) if orientation > 1 else upright
    options = {"lossless": True} if form == "WEBP" else {"quality": 95, "subsampling": 0} if form == "JPEG" else {}
    body = file(stored, form, exif=exif(orientation), **options)

    made = sizes(body, 48)[48]

    assert made.size == (48, 32)
    assert distance(made, upright.resize((48, 32), LANCZOS)) < 5
    assert not made.getexif()


def _inverse(orientation: int) -> Image.Transpose:
    turns = Image.Transpose
    order = [turns.FLIP_LEFT_RIGHT, turns.ROTATE_180, turns.FLIP_TOP_BOTTOM, turns.TRANSPOSE]
    order += [turns.ROTATE_90, turns.TRANSVERSE, turns.ROTATE_270]
    return order[orientation - 2]


def test_cmyk_becomes_srgb_by_its_profile() -> None:
    body = (PHOTOS / "kontor/images/brushes.jpg").read_bytes()
    source = Image.open(io.BytesIO(body))
    profile = ImageCms.ImageCmsProfile(io.BytesIO(source.info["icc_profile"]))
    by_lcms = ImageCms.profileToProfile(
        source, profile, ImageCms.createProfile("sRGB"), ImageCms.Intent.RELATIVE_COLORIMETRIC, "RGB",
        flags=ImageCms.Flags.BLACKPOINTCOMPENSATION,
    )  # fmt: skip
    assert by_lcms is not None

    made = sizes(body, 400)[400]

    assert made.mode == "RGB"
    assert distance(made, by_lcms.resize(made.size, LANCZOS)) < 4
    assert distance(made, source.convert("RGB").resize(made.size, LANCZOS)) > 10


@pytest.mark.parametrize("form", ["JPEG", "PNG", "WEBP"])
def test_a_wide_gamut_photograph_keeps_its_look(form: str) -> None:
    photo_srgb = photo("kontor/dahlia.jpg", (320, 214))
    p3 = rgb_profile(DISPLAY_P3, 2.2)
    wide = ImageCms.profileToProfile(
        photo_srgb, ImageCms.createProfile("sRGB"), ImageCms.ImageCmsProfile(io.BytesIO(p3)), outputMode="RGB"
    )
    assert wide is not None
    body = file(wide, form, icc_profile=p3, quality=95)

    made = sizes(body, 160)[160]

    reference = photo_srgb.resize(made.size, LANCZOS)
    assert distance(made, reference) < 4
    assert distance(wide.resize(made.size, LANCZOS), reference) > 6
    assert "icc_profile" not in made.info


@pytest.mark.parametrize("profile", [b"", b"no profile at all", rgb_profile(DISPLAY_P3, 2.2)[:200]])
def test_a_broken_profile_counts_as_none(profile: bytes) -> None:
    image = photo("kontor/dahlia.jpg", (64, 43))
    made = sizes(file(image, "PNG", icc_profile=profile), 64)[64]
    assert distance(made, image) < 1


def test_a_profile_of_another_colour_space_counts_as_none() -> None:
    grey = photo("kontor/dahlia.jpg", (64, 43)).convert("L")
    made = sizes(file(grey, "PNG", icc_profile=rgb_profile(DISPLAY_P3, 2.2)), 64)[64]
    assert distance(made, grey) < 1


def test_sixteen_bits_of_grey_are_not_clipped_to_white() -> None:
    ramp = Image.frombytes("I;16", (256, 4), bytes(byte for x in range(256) for byte in (x, x)) * 4)
    made = sizes(file(ramp, "PNG"), 256)[256]
    assert made.mode == "L"
    assert [made.getpixel((x, 1)) for x in (0, 1, 128, 255)] == [0, 1, 128, 255]


@pytest.mark.parametrize("mode", ["RGBA", "LA", "P", "PA"])
def test_alpha_is_kept_where_the_format_can_and_lies_on_white_where_not(mode: str) -> None:
    red = Image.new("RGBA", (64, 64), (255, 0, 0, 255))
    red.paste((0, 0, 0, 0), (32, 0, 64, 64))
    image = red.quantize(4) if mode == "P" else red.convert("LA") if mode in ("LA", "PA") else red
    body = file(image, "PNG")

    kept, flat = sizes(body, 32)[32], sizes(body, 32, form=Format.JPEG)[32]

    alpha = kept.convert("RGBA").getchannel("A")
    assert (alpha.getpixel((4, 16)), alpha.getpixel((28, 16))) == (255, 0)
    assert flat.mode in ("RGB", "L")
    assert ImageStat.Stat(flat.convert("L").crop((26, 0, 32, 32))).mean[0] > 250
    # No dark seam along the edge: transparent black does not bleed into what is seen.
    edge = [kept.convert("RGBA").getpixel((x, 16)) for x in range(14, 18)]
    opaque = kept.convert("RGBA").getpixel((4, 16))
    assert isinstance(opaque, tuple)
    assert all(isinstance(p, tuple) and (p[3] == 0 or p[0] >= opaque[0] - 8) for p in edge)


@pytest.mark.parametrize("form", ["GIF", "WEBP", "PNG"])
def test_of_an_animation_the_first_frame_counts(form: str) -> None:
    frames = [Image.new("RGB", (40, 40), colour) for colour in ("red", "lime", "blue")]
    body = file(frames[0], form, save_all=True, append_images=frames[1:], duration=100)
    made = sizes(body, 40)[40].convert("RGB")
    assert distance(made, frames[0]) < 8


@given(
    width=st.integers(1, 300), height=st.integers(1, 300), widths=st.sets(st.integers(1, 400), min_size=1, max_size=4)
)
@settings(max_examples=60, deadline=None)
def test_no_size_is_enlarged_or_loses_its_shape(width: int, height: int, widths: set[int]) -> None:
    body = file(Image.new("RGB", (width, height), "teal"), "JPEG")
    made = sizes(body, *widths)
    assert set(made) == widths
    for wanted, image in made.items():
        expected = min(wanted, width)
        assert image.size == (expected, max(1, round(height * expected / width)))
        assert distance(image, Image.new("RGB", image.size, "teal")) < 4


@pytest.mark.parametrize("form", list(Format))
def test_every_format_is_written_without_metadata(form: Format) -> None:
    source = file(photo("kontor/dahlia.jpg", (200, 133)), "JPEG", exif=exif(1), comment=b"secret", quality=95)
    made = sizes(source, 100, form=form)[100]
    assert made.format == form.value.upper()
    assert not {"exif", "icc_profile", "comment", "xmp", "photoshop"} & set(made.info)
    assert distance(made, photo("kontor/dahlia.jpg", (100, 67)).resize(made.size, LANCZOS)) < 9
