"""What a contact sheet shows, read off the figure."""

import pytest
import torch

from deepdive.data.images.augmentation import Augmentation, Cutout, HorizontalFlip, MixUp, contact_sheet
from deepdive.figures import to_png


def seeded():
    return torch.Generator().manual_seed(0)


@pytest.mark.parametrize("channels", [1, 3])
def test_a_row_of_images_per_transform_under_those_as_they_are(channels):
    images = torch.randint(0, 256, (3, channels, 6, 8), dtype=torch.uint8, generator=seeded())
    rows = {"mirror": HorizontalFlip(1), "blank": Cutout(30, value=1), "both": Augmentation([HorizontalFlip(1)])}
    sheet = contact_sheet(images, rows, seeded())
    shown = [torch.as_tensor(ax.images[0].get_array()).reshape(6, 8, channels).permute(2, 0, 1) for ax in sheet.axes]
    expected = [*images / 255, *images.flip(3) / 255, *torch.ones(images.shape), *images.flip(3) / 255]
    assert len(shown) == 12
    for image, other in zip(shown, expected, strict=True):
        torch.testing.assert_close(image.float(), other)
    assert [text.get_text() for text in sheet.texts] == ["as they are", "mirror", "blank", "both"]
    assert to_png(sheet).startswith(b"\x89PNG")


def test_mixed_images_are_named_by_their_shares():
    images = torch.randint(0, 256, (4, 3, 5, 5), dtype=torch.uint8, generator=seeded())
    names = ["cat", "dog", "frog", "ship"]
    sheet = contact_sheet(images, {"mixup": MixUp(1)}, seeded(), names=names)
    texts = [text.get_text() for text in sheet.texts]
    assert texts[:5] == ["as they are", *names]
    assert texts[5] == "mixup"
    for told in texts[6:]:
        shares, mixed = zip(*(line.split("% ") for line in told.split("\n")), strict=True)
        assert 99 <= sum(int(share) for share in shares) <= 101
        assert set(mixed) <= set(names)
    numbered = contact_sheet(images, {"mixup": MixUp(1)}, seeded()).texts
    assert {line.split("% ")[1] for text in numbered[2:] for line in text.get_text().split("\n")} <= set("1234")


def test_what_cannot_be_shown_is_named():
    images = torch.zeros(2, 3, 4, 4, dtype=torch.uint8)
    with pytest.raises(
        ValueError, match=r"images has shape \(2, 2, 4, 4\); there must be images, with 1 or 3 channels"
    ):
        contact_sheet(images[:, :2], {}, seeded())
    with pytest.raises(ValueError, match="names has 1 entries for 2 images; there must be one each, or none"):
        contact_sheet(images, {}, seeded(), names=["a"])
