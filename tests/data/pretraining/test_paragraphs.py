import pytest

from deepdive.data.pretraining import read_paragraphs

TREEBANK = """
 = Valkyria =

 The U.S. Army came . It had 1 @,@ 000 <unk> !
 = = Plot = =
 Twenty @-@ two ? Yes .
"""
WRITTEN = """He left. She stayed (for 2.5 days). “No!” it said. (Mr Twain e.g. did.) "Who?" She did.

One"""


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (TREEBANK, [["The U.S. Army came .", "It had 1,000 [UNK] !"], ["Twenty-two ?", "Yes ."]]),
        (
            WRITTEN,
            [
                [
                    "He left.",
                    "She stayed (for 2.5 days).",
                    "“No!” it said.",
                    "(Mr Twain e.g. did.)",
                    '"Who?"',
                    "She did.",
                ],
                ["One"],
            ],
        ),
    ],
)
def test_paragraphs_are_lines_and_sentences_end_in_marks(text, expected):
    assert read_paragraphs(text) == expected
