"""Where the one output of two classes is divided."""

from deepdive.checks import check_bounds


class Thresholded:
    """Class 1 is where an output is above ``threshold``; if that is not given, above what the task's loss divides at.

    Probabilities are divided at 1/2, logits at 0, as without a task.
    """

    threshold: int | float | None
    divided_at: int | float

    def set_threshold(self, threshold: int | float | None) -> None:
        """Take a threshold, or leave it to the loss.

        Raises:
            TypeError: it is no number.
            ValueError: it is not finite.
        """
        if threshold is not None:
            check_bounds("threshold", threshold)
        self.threshold = threshold
        self.follow(0.0)

    def follow(self, divided_at: int | float) -> None:
        """Divide at this number unless there is a threshold."""
        self.divided_at = divided_at if self.threshold is None else self.threshold
