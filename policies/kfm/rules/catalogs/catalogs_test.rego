package kfm.rules.catalogs_test

import data.kfm.rules.catalogs

_datasets := [
	"title", "description", "identifier", "version", "publisher", "contact_point", "license",
	"issued", "modified", "keyword", "theme", "spatial", "temporal", "generated_by",
]

_distributions := ["access", "media_type", "byte_size", "checksum", "distribution_license"]

_properties := object.union(
	{name: {"total": 2, "with_value": 2} | some name in _datasets},
	{name: {"total": 6, "with_value": 6} | some name in _distributions},
)

_facts := {
	"gates": {"stac": {"status": "pass", "examined": 9}, "dcat": {"status": "pass", "examined": 9}},
	"rights": {"licenses": ["CC-BY-4.0"]},
	"stac": {"references": {"total": 4, "internal": 0}},
	"dcat": {
		"datasets": 2,
		"distributions": 6,
		"references": {"total": 4, "internal": 0},
		"properties": _properties,
	},
	"closure": {"licenses": {"total": 3, "with_value": 3, "values": ["CC-BY-4.0"]}},
}

# What each rule needs.
_needs := {
	"dcat_described": ["title", "description", "identifier", "version", "publisher"],
	"dcat_contact_given": ["contact_point"],
	"dcat_distributed": ["access", "media_type", "byte_size", "checksum"],
	"dcat_linked": ["generated_by"],
	"dcat_themed": ["theme", "keyword"],
	"dcat_placed": ["spatial", "temporal"],
}

# What each rule needs one of.
_alternatives := {
	"dcat_licensed": ["license", "distribution_license"],
	"dcat_dated": ["issued", "modified"],
}

_changed(path, value) := json.patch(_facts, [{"op": "replace", "path": path, "value": value}])

_without(facts, path) := json.patch(facts, [{"op": "remove", "path": path}])

_none(id) := {"op": "replace", "path": sprintf("/gates/%s", [id]), "value": {"status": "not_applicable"}}

_nothing := json.patch(_facts, [
	_none("stac"), _none("dcat"),
	{"op": "remove", "path": "/stac"}, {"op": "remove", "path": "/dcat"},
])

test_everything_shown_passes_everything if {
	found := catalogs.status with input as _facts
	count(found) == 10
	every value in found {
		value == "pass"
	}
}

test_nothing_shown_fails_everything if {
	found := catalogs.status with input as {}
	count(found) == 10
	every value in found {
		value == "fail"
	}
}

test_nothing_applies_to_a_run_without_catalogs if {
	found := catalogs.status with input as _nothing
	count(found) == 10
	every value in found {
		value == "not_applicable"
	}
}

_both(status) := json.patch(_nothing, [
	{"op": "replace", "path": "/gates/stac/status", "value": status},
	{"op": "replace", "path": "/gates/dcat/status", "value": status},
])

test_a_gate_that_did_not_look_shows_no_absence if {
	every status in ["error", "NOT_APPLICABLE", "", null, true] {
		found := catalogs.status with input as _both(status)
		every value in found {
			value == "fail"
		}
	}
}

test_a_gate_that_found_something_shows_no_absence if {
	every status in ["pass", "fail", "unproven"] {
		found := catalogs.status with input as _both(status)

		# The closure speaks for the licences.
		{rule | some rule, value in found; value != "fail"} == {"licenses_agree"}
		found.licenses_agree == "pass"
	}
}

test_one_kind_does_not_excuse_the_other if {
	leading := {"total": 4, "internal": 1}
	one := json.patch(_facts, [_none("stac"), {"op": "replace", "path": "/dcat/references", "value": leading}])
	catalogs.status.references_public == "fail" with input as one
	other := json.patch(_facts, [_none("dcat"), {"op": "replace", "path": "/stac/references", "value": leading}])
	catalogs.status.references_public == "fail" with input as other
	alone := json.patch(_facts, [_none("dcat")])
	catalogs.status.references_public == "pass" with input as alone
}

test_references_that_were_not_seen_are_not_public if {
	every id in ["stac", "dcat"] {
		every value in [
			{"total": 4, "internal": 1},
			{"total": 0, "internal": 0},
			{"total": "4", "internal": 0},
			{"total": 4, "internal": "0"},
			{"total": 4, "internal": null},
			{"total": 4},
			{"internal": 0},
			[],
		] {
			facts := _changed(sprintf("/%s/references", [id]), value)
			catalogs.status.references_public == "fail" with input as facts
		}
		gone := _without(_facts, sprintf("/%s", [id]))
		catalogs.status.references_public == "fail" with input as gone
	}
}

test_licences_that_do_not_agree_are_refused if {
	every values in [
		["CC-BY-SA-4.0"],
		["CC-BY-4.0", "CC-BY-SA-4.0"],
		[],
		"CC-BY-4.0",
		null,
		[null],
	] {
		catalogs.status.licenses_agree == "fail" with input as _changed("/closure/licenses/values", values)
	}
}

test_licences_that_are_not_stated_everywhere_are_refused if {
	every licenses in [
		{"total": 3, "with_value": 2, "values": ["CC-BY-4.0"]},
		{"total": 0, "with_value": 0, "values": ["CC-BY-4.0"]},
		{"total": "3", "with_value": "3", "values": ["CC-BY-4.0"]},
		{"with_value": 3, "values": ["CC-BY-4.0"]},
		{},
	] {
		catalogs.status.licenses_agree == "fail" with input as _changed("/closure/licenses", licenses)
	}
}

test_licences_of_nobody_agree_with_nothing if {
	every licenses in [[], null, "CC-BY-4.0", {}] {
		catalogs.status.licenses_agree == "fail" with input as _changed("/rights/licenses", licenses)
	}
	nothing := json.patch(_facts, [
		{"op": "replace", "path": "/rights/licenses", "value": []},
		{"op": "replace", "path": "/closure/licenses/values", "value": []},
	])
	catalogs.status.licenses_agree == "fail" with input as nothing
}

_several(expression) := json.patch(_facts, [
	{"op": "replace", "path": "/rights/licenses", "value": ["CC-BY-4.0", "PDDL-1.0"]},
	{"op": "replace", "path": "/closure/licenses/values", "value": expression},
])

test_an_expression_names_every_licence if {
	every expression in ["CC-BY-4.0 AND PDDL-1.0", "PDDL-1.0 AND (CC-BY-4.0 OR MIT)"] {
		catalogs.status.licenses_agree == "pass" with input as _several([expression])
	}
	every values in [
		["CC-BY-4.0"], ["CC-BY-4.0", "PDDL-1.0"], ["CC-BY-4.0-PDDL-1.0"], [], [3], "CC-BY-4.0 PDDL-1.0",
		["CC-BY-4.0 AND PDDL-1.0", "MIT"],
	] {
		catalogs.status.licenses_agree == "fail" with input as _several(values)
	}
}

test_every_property_counts if {
	every rule, names in _needs {
		every name in names {
			every property in [
				{"total": 2, "with_value": 1},
				{"total": 0, "with_value": 0},
				{"total": 1, "with_value": 1},
				{"total": 3, "with_value": 3},
				{"total": "2", "with_value": "2"},
				{"total": "6", "with_value": "6"},
				{"with_value": 2},
				{"with_value": 6},
				{"total": 2},
				{"total": 6},
				{},
				null,
			] {
				facts := _changed(sprintf("/dcat/properties/%s", [name]), property)
				catalogs.status[rule] == "fail" with input as facts
			}
			gone := _without(_facts, sprintf("/dcat/properties/%s", [name]))
			catalogs.status[rule] == "fail" with input as gone
		}
	}
}

test_either_of_two_properties_is_enough_and_none_is_not if {
	every rule, names in _alternatives {
		every name in names {
			facts := _changed(sprintf("/dcat/properties/%s/with_value", [name]), 0)
			catalogs.status[rule] == "pass" with input as facts
			gone := _without(_facts, sprintf("/dcat/properties/%s", [name]))
			catalogs.status[rule] == "fail" with input as gone
		}
		none := json.patch(_facts, [change |
			some name in names
			change := {"op": "replace", "path": sprintf("/dcat/properties/%s/with_value", [name]), "value": 0}
		])
		catalogs.status[rule] == "fail" with input as none
	}
}

test_two_halves_make_no_whole if {
	facts := json.patch(_facts, [
		{"op": "replace", "path": "/dcat/properties/issued/with_value", "value": 1},
		{"op": "replace", "path": "/dcat/properties/modified/with_value", "value": 1},
	])
	catalogs.status.dcat_dated == "fail" with input as facts
}

test_a_record_of_nothing_proves_nothing if {
	empty := {"datasets": 0, "distributions": 0, "properties": {name: {"total": 0, "with_value": 0} |
		some name in array.concat(_datasets, _distributions)
	}}
	found := catalogs.status with input as _changed("/dcat", empty)
	every rule in object.keys(object.union(_needs, _alternatives)) {
		found[rule] == "fail"
	}
}

test_findings_name_the_property if {
	facts := _changed("/dcat/properties/publisher/with_value", 1)
	found := catalogs.findings with input as facts
	found == {{
		"rule": "dcat_described",
		"pointer": "/dcat/properties/publisher",
		"got": "datasets with a publisher: 1 of 2",
		"wanted": "title, description, identifier, version and publisher of every dataset",
	}}
}

test_findings_name_the_section if {
	facts := _changed("/closure/licenses/values", ["MIT"])
	found := catalogs.findings with input as facts
	found == {{
		"rule": "licenses_agree",
		"pointer": "/closure/licenses",
		"got": "MIT",
		"wanted": "CC-BY-4.0 in every STAC and DCAT record",
	}}
}

test_findings_without_a_section if {
	found := {finding.pointer: finding.got | some finding in catalogs.findings} with input as {}
	found == {"/dcat": "nothing", "/stac/references": "nothing", "/closure/licenses": "nothing"}
}

test_findings_name_the_record_that_leads_elsewhere if {
	facts := _changed("/dcat/references/internal", 1)
	found := {[finding.pointer, finding.got] | some finding in catalogs.findings} with input as facts
	found == {["/dcat/references", "1 of 4 references"]}
}

test_findings_tell_a_missing_licence_from_another_one if {
	wanted := "CC-BY-4.0 in every STAC and DCAT record"
	every case in [
		["/closure/licenses/with_value", 2, "a licence in 2 of 3 sources (run, STAC, DCAT)", wanted],
		["/closure/licenses/with_value", 4, "a licence in 4 of 3 sources (run, STAC, DCAT)", wanted],
		["/closure/licenses/values", ["CC-BY-4.0", "MIT"], "CC-BY-4.0, MIT", wanted],
		["/rights/licenses", [], "CC-BY-4.0", "the licence of the run in every STAC and DCAT record"],
	] {
		facts := _changed(case[0], case[1])
		{[found.got, found.wanted] | some found in catalogs.findings} == {[case[2], case[3]]} with input as facts
	}
}

test_findings_name_what_would_do_instead if {
	found := catalogs.findings with input as json.patch(_facts, [
		{"op": "replace", "path": "/dcat/properties/license/with_value", "value": 0},
		{"op": "replace", "path": "/dcat/properties/distribution_license/with_value", "value": 1},
	])
	{finding.got | some finding in found} == {concat("; ", [
		"datasets with a licence: 0 of 2",
		"distributions with a licence: 1 of 6",
	])}
}

test_findings_name_every_property if {
	found := catalogs.findings with input as json.patch(_facts, [
		{"op": "replace", "path": "/dcat/properties/access/with_value", "value": 1},
		{"op": "replace", "path": "/dcat/properties/checksum/with_value", "value": 5},
	])
	{finding.got | some finding in found} == {concat("; ", [
		"distributions with an address: 1 of 6",
		"distributions with a checksum: 5 of 6",
	])}
}

test_findings_without_a_property if {
	found := catalogs.findings with input as _changed("/dcat/distributions", 0)
	{finding.got | some finding in found} == {"datasets: 2, distributions: 0"}
}

test_every_property_has_a_word if {
	every name in array.concat(_datasets, _distributions) {
		is_string(data.kfm.dcat.properties[name].what)
	}
}
