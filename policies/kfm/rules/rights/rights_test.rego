package kfm.rules.rights_test

import data.kfm.rules.rights

_all := {
	"total": 2,
	"with_license": 2,
	"with_holder": 2,
	"with_attribution": 2,
	"with_spdx": 2,
	"complete": true,
}

_facts := {"rights": {"outputs": _all, "licenses": ["CC-BY-4.0", "PDDL-1.0"]}}

_licensed(licenses) := {"rights": {"outputs": _all, "licenses": licenses}}

_outputs(changed) := {"rights": {"outputs": object.union(_all, changed), "licenses": ["MIT"]}}

_by_license := ["license_known", "class_allowed", "share_alike_reviewed"]

test_everything_shown_passes_everything if {
	found := rights.status with input as _facts
	count(found) == 6
	every value in found {
		value == "pass"
	}
}

test_nothing_shown_fails_everything if {
	found := rights.status with input as {}
	count(found) == 6
	every value in found {
		value == "fail"
	}
}

test_unknown_licences_are_refused if {
	every licenses in [["unknown"], ["NOASSERTION"], ["NONE"], ["TODO"], [""], ["mit"], ["MIT", "x"], [null], [7], [[]]] {
		found := rights.status with input as _licensed(licenses)
		every rule in _by_license {
			found[rule] == "fail"
		}
	}
}

test_no_list_of_licences_is_refused if {
	every licenses in [[], {}, "MIT", null, {"a": "MIT"}, 1] {
		found := rights.status with input as _licensed(licenses)
		every rule in _by_license {
			found[rule] == "fail"
		}
	}
}

test_share_alike_is_allowed_and_reported if {
	found := rights.status with input as _licensed(["ODbL-1.0", "MIT"])
	found.license_known == "pass"
	found.class_allowed == "pass"
	found.share_alike_reviewed == "fail"
}

test_restricted_classes_are_known_and_refused if {
	every license in ["CC-BY-NC-4.0", "CC-BY-ND-4.0", "CC-BY-NC-SA-4.0", "LicenseRef-proprietary"] {
		found := rights.status with input as _licensed(["MIT", license])
		found.license_known == "pass"
		found.class_allowed == "fail"
	}
}

test_one_licence_of_two_outputs_is_not_a_licence if {
	found := rights.status with input as _outputs({"with_license": 1})
	every rule in _by_license {
		found[rule] == "fail"
	}
}

test_each_aggregate_has_to_cover_every_output if {
	every rule, field in {
		"license_known": "with_license",
		"license_spdx": "with_spdx",
		"class_allowed": "with_license",
		"share_alike_reviewed": "with_license",
		"holder_named": "with_holder",
		"attribution_given": "with_attribution",
	} {
		rights.status[rule] == "pass" with input as _outputs({})
		every changed in [{field: 1}, {field: "2"}, {"total": 3}, {"total": 0, field: 0}, {"total": "2", field: "2"}] {
			rights.status[rule] == "fail" with input as _outputs(changed)
		}
		every value in [false, "true", 1, null] {
			rights.status[rule] == "fail" with input as _outputs({"complete": value})
		}
	}
}

test_every_known_licence_has_a_class if {
	data.kfm.licenses.known != {}
	every license, class in data.kfm.licenses.known {
		is_boolean(data.kfm.licenses.classes[class].allowed)
		is_boolean(data.kfm.licenses.classes[class].share_alike)
		class != "L5"
		trim_space(license) == license
	}
}

test_classes_that_are_allowed if {
	object.keys(data.kfm.licenses.classes) == {"L0", "L1", "L2", "L3", "L4", "L5"}
	{id | some id, class in data.kfm.licenses.classes; class.allowed == true} == {"L0", "L1", "L2"}
	{id | some id, class in data.kfm.licenses.classes; class.share_alike == true} == {"L2"}
}

test_findings_say_what_was_shown_instead if {
	found := rights.findings with input as _licensed(["unknown"])
	{
		"rule": "license_known",
		"pointer": "/rights/licenses",
		"got": ["unknown"],
		"wanted": "a known licence for every output",
	} in found
	count(found) == 3
}
