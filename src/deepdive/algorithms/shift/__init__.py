"""When training and test data differ: what each training example should count (D2L section 4.7)."""

from deepdive.algorithms.shift.covariate import DomainClassifier as DomainClassifier
from deepdive.algorithms.shift.covariate import effective_sample_size as effective_sample_size
from deepdive.algorithms.shift.covariate import fit_domain_classifier as fit_domain_classifier
from deepdive.algorithms.shift.covariate import importance_weights as importance_weights
from deepdive.algorithms.shift.covariate import mean_one as mean_one
from deepdive.algorithms.shift.covariate import weighted_risk as weighted_risk
from deepdive.algorithms.shift.label import BlackBoxShift as BlackBoxShift
from deepdive.algorithms.shift.label import LabelShift as LabelShift
from deepdive.algorithms.shift.label import LikelihoodShift as LikelihoodShift
from deepdive.algorithms.shift.label import black_box_shift as black_box_shift
from deepdive.algorithms.shift.label import correct_predictions as correct_predictions
from deepdive.algorithms.shift.label import likelihood_shift as likelihood_shift
