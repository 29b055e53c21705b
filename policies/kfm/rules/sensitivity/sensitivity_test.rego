package kfm.rules.sensitivity_test

import data.kfm.rules.sensitivity

_all := {"total": 2, "with_label": 2, "complete": true}

_facts := {"sensitivity": {
	"outputs": _all,
	"labels": ["public"],
	"inputs": _all,
	"input_labels": ["public"],
	"claimed_labels": ["public"],
	"redaction": {"claimed": true, "transforms": 1},
}}

_place := "restricted_sensitive_location"

_changed(patch) := {"sensitivity": object.union(_facts.sensitivity, patch)}

_by_label := ["label_known", "label_promotable", "not_weakened", "claims_agree", "public_label"]

_labels(label, input_label, transforms) := _changed({
	"labels": [label],
	"input_labels": [input_label],
	"redaction": {"transforms": transforms},
})

test_everything_shown_passes_everything if {
	found := sensitivity.status with input as _facts
	count(found) == 6
	every value in found {
		value == "pass"
	}
}

test_nothing_shown_fails_everything if {
	found := sensitivity.status with input as {}
	count(found) == 6
	every value in found {
		value == "fail"
	}
}

test_vocabulary_of_seven if {
	count(data.kfm.labels.rank) == 7
	every label, rank in data.kfm.labels.rank {
		is_number(rank)
		sensitivity.status.label_known == "pass" with input as _changed({"labels": [label]})
	}
	ranks := {rank | some rank in data.kfm.labels.rank}
	count(ranks) == 7
}

test_other_words_are_no_labels if {
	every label in ["Public", "secret", "", "public ", null, 1, ["public"]] {
		found := sensitivity.status with input as _changed({"labels": ["public", label]})
		every rule in _by_label {
			found[rule] == "fail"
		}
	}
}

test_only_three_labels_can_be_promoted if {
	promotable := {label |
		some label, _ in data.kfm.labels.rank
		sensitivity.status.label_promotable == "pass" with input as _changed({"labels": [label]})
	}
	promotable == {"public", "public_generalized", "internal"}
}

test_only_two_labels_are_public if {
	public := {label |
		some label, _ in data.kfm.labels.rank
		sensitivity.status.public_label == "pass" with input as _changed({"labels": [label]})
	}
	public == {"public", "public_generalized"}
}

test_one_restricted_output_is_enough if {
	found := sensitivity.status with input as _changed({"labels": ["public", "restricted"]})
	found.label_promotable == "fail"
	found.public_label == "fail"
}

test_no_list_of_labels_is_refused if {
	every labels in [[], {}, "public", {"a": "public"}, null] {
		found := sensitivity.status with input as _changed({"labels": labels})
		every rule in _by_label {
			found[rule] == "fail"
		}
	}
}

test_every_output_needs_a_label if {
	every outputs in [
		{"with_label": 1},
		{"total": 3},
		{"total": 0, "with_label": 0},
		{"total": "2", "with_label": "2"},
		{"complete": false},
		{"complete": "true"},
	] {
		found := sensitivity.status with input as _changed({"outputs": outputs})
		every rule in _by_label {
			found[rule] == "fail"
		}
	}
}

test_labels_may_get_stricter if {
	sensitivity.status.not_weakened == "pass" with input as _labels("restricted", "public", 0)
	sensitivity.status.not_weakened == "pass" with input as _labels("internal", "public_generalized", 0)
	sensitivity.status.not_weakened == "pass" with input as _labels("quarantine", "quarantine", 0)
}

test_labels_may_not_get_weaker if {
	sensitivity.status.not_weakened == "fail" with input as _labels("public", "internal", 1)
	sensitivity.status.not_weakened == "fail" with input as _labels("public", "public_generalized", 1)
	sensitivity.status.not_weakened == "fail" with input as _labels("internal", "restricted", 1)
	sensitivity.status.not_weakened == "fail" with input as _labels("restricted", "quarantine", 1)
}

test_generalized_data_need_a_recorded_transform if {
	sensitivity.status.not_weakened == "pass" with input as _labels("public_generalized", _place, 1)
	sensitivity.status.not_weakened == "fail" with input as _labels("public_generalized", _place, 0)
	sensitivity.status.not_weakened == "fail" with input as _labels("public_generalized", _place, "1")
	sensitivity.status.not_weakened == "fail" with input as _labels("public_generalized", _place, null)
}

test_quarantine_and_embargo_cannot_be_generalized_away if {
	sensitivity.status.not_weakened == "fail" with input as _labels("public_generalized", "quarantine", 1)
	sensitivity.status.not_weakened == "fail" with input as _labels("public_generalized", "embargoed", 1)
	sensitivity.status.not_weakened == "fail" with input as _labels("public_generalized", "no such label", 1)
}

test_every_input_needs_a_label if {
	every changed in [
		{"inputs": {"with_label": 1}},
		{"inputs": {"total": 0, "with_label": 0}},
		{"inputs": {"complete": false}},
		{"input_labels": []},
		{"input_labels": ["public", "internal"]},
		{"input_labels": "public"},
		{"input_labels": [null]},
	] {
		sensitivity.status.not_weakened == "fail" with input as _changed(changed)
	}
}

test_claims_have_to_be_the_labels if {
	every claimed in [[], ["internal"], ["public", "internal"], "public", {"a": "public"}, null] {
		sensitivity.status.claims_agree == "fail" with input as _changed({"claimed_labels": claimed})
	}
	sensitivity.status.claims_agree == "fail" with input as _changed({"labels": ["public", "internal"]})
}

test_redaction_needs_both_or_neither if {
	every claimed in [true, false, "true", 1, null] {
		every transforms in [0, 2, "0", "1", null] {
			wanted := object.get({[true, 2]: "pass", [false, 0]: "not_applicable"}, [[claimed, transforms]], "fail")
			facts := _changed({"redaction": {"claimed": claimed, "transforms": transforms}})
			sensitivity.status.redaction_recorded == wanted with input as facts
		}
	}
}

test_findings_say_what_was_shown_instead if {
	found := sensitivity.findings with input as _changed({"claimed_labels": ["internal"]})
	found == {{
		"rule": "claims_agree",
		"pointer": "/sensitivity/claimed_labels",
		"got": ["internal"],
		"wanted": "exactly the labels of the outputs",
	}}
}
