# METADATA
# title: Sensitivity
# description: Who may see the outputs, and is that no wider than who may see the inputs?
package kfm.rules.sensitivity

# METADATA
# title: The label of every output is known
# description: Every output has a label of the vocabulary of seven.
# scope: document
# custom:
#   code: SENSITIVITY_UNKNOWN
#   level: deny
#   waivable: false
#   who: steward
#   solution: A steward sets sensitivity.label in the family file; then record the run again.
#   why: What has no label, or a misspelt one, is treated as restricted.
#   source: [R-066, R-128, R-135]
default status["label_known"] := "fail"

status["label_known"] := "pass" if {
	_labelled("outputs", "labels")
	every label in input.sensitivity.labels {
		is_number(data.kfm.labels.rank[label])
	}
}

# METADATA
# title: The label of every output allows promotion
# description: Every label is public, public_generalized or internal; restricted, embargoed and quarantined data stay.
# scope: document
# custom:
#   code: SENSITIVITY_RESTRICTED
#   level: deny
#   waivable: false
#   who: steward
#   solution: Make a generalized version with a redacting transform of its own, or leave the data where they are.
#   why: What was promoted once cannot be called back.
#   source: [R-066, R-128, R-135]
default status["label_promotable"] := "fail"

status["label_promotable"] := "pass" if {
	_labelled("outputs", "labels")
	every label in input.sensitivity.labels {
		label in data.kfm.labels.promotable
	}
}

# METADATA
# title: No output is less restricted than an input
# description: >-
#   The label of every output ranks at least as high as that of every input. A generalized public
#   version may rank lower, where a redacting transform is recorded.
# scope: document
# custom:
#   code: SENSITIVITY_WEAKENED
#   level: deny
#   waivable: false
#   who: steward
#   solution: >-
#     Keep the strictest label of the inputs, or redact them in a recorded transform and label the
#     result public_generalized.
#   why: The most restrictive label wins, or labels could be washed off by copying.
#   source: [R-128, R-136]
default status["not_weakened"] := "fail"

status["not_weakened"] := "pass" if {
	_labelled("outputs", "labels")
	_labelled("inputs", "input_labels")
	is_number(input.sensitivity.redaction.transforms)
	every label in input.sensitivity.labels {
		every input_label in input.sensitivity.input_labels {
			_may_follow(label, input_label, input.sensitivity.redaction.transforms)
		}
	}
}

# METADATA
# title: The labels that the validation report claims are the labels of the outputs
# description: Every label of an output is among those that the report says were emitted, and the other way round.
# scope: document
# custom:
#   code: SENSITIVITY_CLAIM_CONTRADICTED
#   level: deny
#   waivable: false
#   who: pipeline
#   solution: Let the pipeline emit the label that the family has, and record a new run.
#   why: Two receipts that disagree about sensitivity leave the more convenient one to be picked.
#   source: [R-119, R-128, C-13]
default status["claims_agree"] := "fail"

status["claims_agree"] := "pass" if {
	_labelled("outputs", "labels")
	is_array(input.sensitivity.claimed_labels)
	input.sensitivity.claimed_labels != []
	every label in input.sensitivity.claimed_labels {
		label in input.sensitivity.labels
	}
	every label in input.sensitivity.labels {
		label in input.sensitivity.claimed_labels
	}
}

# METADATA
# title: Redaction that is claimed is recorded as a transform
# description: >-
#   Where the validation report says that redactions were applied, the manifest records the
#   transform that did. It does not apply where neither says so.
# scope: document
# custom:
#   code: REDACTION_UNRECORDED
#   level: deny
#   waivable: false
#   conditional: true
#   who: pipeline
#   solution: Record the redaction with run.transform(...), and claim it, in a new run.
#   why: A redaction that nobody can find in the receipts may never have happened.
#   source: [R-129, R-136]
default status["redaction_recorded"] := "fail"

status["redaction_recorded"] := "pass" if {
	input.sensitivity.redaction.claimed == true
	is_number(input.sensitivity.redaction.transforms)
	input.sensitivity.redaction.transforms >= 1
}

status["redaction_recorded"] := "not_applicable" if {
	input.sensitivity.redaction.claimed == false
	input.sensitivity.redaction.transforms == 0
}

# METADATA
# title: The label of every output is public
# description: Every label is public or public_generalized.
# scope: document
# custom:
#   code: LABEL_NOT_PUBLIC
#   level: deny
#   waivable: false
#   who: steward
#   solution: Publish a version that is labelled public_generalized, or promote without publishing.
#   why: Data labelled internal are for those inside.
#   source: [R-022, R-128]
default status["public_label"] := "fail"

status["public_label"] := "pass" if {
	_labelled("outputs", "labels")
	every label in input.sensitivity.labels {
		label in data.kfm.labels.public
	}
}

_labelled(side, labels) if {
	aggregate := input.sensitivity[side]
	is_number(aggregate.total)
	aggregate.total > 0
	aggregate.with_label == aggregate.total
	aggregate.complete == true
	is_array(input.sensitivity[labels])
	input.sensitivity[labels] != []
}

_may_follow(label, input_label, _) if {
	rank := data.kfm.labels.rank
	rank[label] >= rank[input_label]
}

_may_follow("public_generalized", input_label, transforms) if {
	input_label in data.kfm.labels.generalizable
	transforms >= 1
}

# METADATA
# title: What was shown instead
# description: Place, value and expectation for each rule of this area that fails.
# scope: document
findings contains finding if {
	some rule, place in _places
	status[rule] == "fail"
	got := object.get(input, place.path, "nothing")
	finding := {
		"rule": rule,
		"pointer": sprintf("/%s", [concat("/", place.path)]),
		"got": got,
		"wanted": place.wanted,
	}
}

_places := {
	"label_known": {"path": ["sensitivity", "labels"], "wanted": "a known label for every output"},
	"label_promotable": {
		"path": ["sensitivity", "labels"],
		"wanted": concat(", ", data.kfm.labels.promotable),
	},
	"not_weakened": {
		"path": ["sensitivity", "input_labels"],
		"wanted": "a label for every input, none stricter than those of the outputs",
	},
	"claims_agree": {
		"path": ["sensitivity", "claimed_labels"],
		"wanted": "exactly the labels of the outputs",
	},
	"redaction_recorded": {
		"path": ["sensitivity", "redaction"],
		"wanted": "a claim and a transform, or neither",
	},
	"public_label": {
		"path": ["sensitivity", "labels"],
		"wanted": concat(", ", data.kfm.labels.public),
	},
}
