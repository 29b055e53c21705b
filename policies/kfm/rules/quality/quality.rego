# METADATA
# title: Quality
# description: Was the quality of the outputs measured, and is it good enough?
package kfm.rules.quality

# METADATA
# title: Every check states its threshold and what was observed
# description: The validation report lists at least one check, and each has a threshold and an observed value.
# scope: document
# custom:
#   code: CHECK_WITHOUT_THRESHOLD
#   level: deny
#   waivable: true
#   who: pipeline
#   solution: Give threshold and observed to every run.check(...), and record a new run.
#   why: A check without a number is an opinion, and nobody can check it again.
#   source: [R-017, R-088]
default status["checks_recorded"] := "fail"

status["checks_recorded"] := "pass" if {
	_checks_read
	checks := input.receipts.checks
	checks.with_threshold == checks.total
	checks.with_observed == checks.total
}

# METADATA
# title: Every check passed
# description: >-
#   Every check passed, warned or did not apply, and at least one passed. A check that failed,
#   crashed or was skipped has shown nothing.
# scope: document
# custom:
#   code: CHECKS_NOT_PASSED
#   level: deny
#   waivable: false
#   who: pipeline
#   solution: Mend the data until every check passes, then record a new run.
#   why: The pipeline itself says that something is not right.
#   source: [R-017, R-088, C-28]
default status["checks_passed"] := "fail"

status["checks_passed"] := "pass" if {
	_checks_read
	checks := input.receipts.checks
	is_number(checks.passed)
	is_number(checks.warned)
	is_number(checks.not_applicable)
	checks.passed > 0
	(checks.passed + checks.warned) + checks.not_applicable == checks.total
}

# METADATA
# title: Every check that the family requires is present
# description: The validation report answers every check that the family requires by name.
# scope: document
# custom:
#   code: REQUIRED_CHECK_MISSING
#   level: deny
#   waivable: true
#   conditional: true
#   who: pipeline
#   solution: Add the missing checks to the pipeline with run.check(...), and record a new run.
#   why: Leaving a check out is the easiest way to pass it.
#   source: [R-017, R-121, C-28]
default status["required_checks_present"] := "fail"

status["required_checks_present"] := "pass" if {
	required := input.receipts.required_checks
	required.complete == true
	is_number(required.total)
	required.total > 0
	required.present == required.total
}

status["required_checks_present"] := "not_applicable" if {
	required := input.receipts.required_checks
	required.complete == true
	required.total == 0
	required.present == 0
}

# METADATA
# title: Every threshold is met
# description: >-
#   Every metric for which the family or the profile sets a bound was recorded and keeps it. It
#   does not apply where no bound is set.
# scope: document
# custom:
#   code: THRESHOLD_NOT_MET
#   level: deny
#   waivable: true
#   conditional: true
#   who: pipeline
#   solution: Record the metric with run.metric(...), mend the data until it keeps the bound, and record a new run.
#   why: The steward of the family has said what is good enough.
#   source: [R-017, R-088, R-140]
default status["thresholds_met"] := "fail"

status["thresholds_met"] := "pass" if {
	_thresholds_read
	thresholds := input.receipts.thresholds
	thresholds.total > 0
	thresholds.with_observed == thresholds.total
	every minimum in input.receipts.minimums {
		_not_below(minimum)
	}
	every maximum in input.receipts.maximums {
		_not_above(maximum)
	}
}

status["thresholds_met"] := "not_applicable" if {
	_thresholds_read
	input.receipts.thresholds.total == 0
	input.receipts.thresholds.with_observed == 0
}

_checks_read if {
	checks := input.receipts.checks
	checks.complete == true
	is_number(checks.total)
	checks.total > 0
}

_thresholds_read if {
	is_array(input.receipts.minimums)
	is_array(input.receipts.maximums)
	is_number(input.receipts.thresholds.total)
	count(input.receipts.minimums) + count(input.receipts.maximums) == input.receipts.thresholds.total
	input.receipts.thresholds.complete == true
}

_recorded(threshold) if {
	is_string(threshold.metric)
	threshold.metric != ""
	is_number(threshold.bound)
	is_number(threshold.observed)
}

_not_below(minimum) if {
	_recorded(minimum)
	minimum.observed >= minimum.bound
}

_not_above(maximum) if {
	_recorded(maximum)
	maximum.observed <= maximum.bound
}

# METADATA
# title: What was shown instead
# description: Place, value and expectation for each rule of this area that fails.
# scope: document
findings contains finding if {
	some rule, place in _places
	status[rule] == "fail"
	not _told(rule)
	finding := {
		"rule": rule,
		"pointer": sprintf("/receipts/%s", [place.section]),
		"got": _got(rule),
		"wanted": place.wanted,
	}
}

findings contains finding if {
	_told("thresholds_met")
	finding := {
		"rule": "thresholds_met",
		"pointer": _missed[0].pointer,
		"got": concat("; ", [one.got | some one in _missed]),
		"wanted": concat("; ", [one.wanted | some one in _missed]),
	}
}

# The metrics tell more than their number.
_told("thresholds_met") if {
	_missed != []
}

_missed := array.concat(
	[_miss("minimums", index, "at least", entry) |
		some index, entry in input.receipts.minimums
		not _not_below(entry)
	],
	[_miss("maximums", index, "at most", entry) |
		some index, entry in input.receipts.maximums
		not _not_above(entry)
	],
)

_miss(side, index, word, entry) := {
	"pointer": sprintf("/receipts/%s/%d", [side, index]),
	"got": sprintf("%v: %v", [metric, object.get(entry, ["observed"], "nothing")]),
	"wanted": sprintf("%v: %s %v", [metric, word, object.get(entry, ["bound"], "a bound")]),
} if {
	metric := object.get(entry, ["metric"], "a metric")
}

default _got(_) := "nothing"

_got("checks_recorded") := sprintf(
	"checks: %v, with a threshold: %v, with an observed value: %v",
	[checks.total, checks.with_threshold, checks.with_observed],
) if {
	checks := input.receipts.checks
}

_got("checks_passed") := sprintf(
	"checks: %v, passed: %v, warned: %v, not applicable: %v",
	[checks.total, checks.passed, checks.warned, checks.not_applicable],
) if {
	checks := input.receipts.checks
}

_got("required_checks_present") := sprintf(
	"%v of %v required checks",
	[required.present, required.total],
) if {
	required := input.receipts.required_checks
}

_got("thresholds_met") := sprintf(
	"thresholds: %v, with an observed value: %v",
	[thresholds.total, thresholds.with_observed],
) if {
	thresholds := input.receipts.thresholds
}

_places := {
	"checks_recorded": {
		"section": "checks",
		"wanted": "at least one check, each with a threshold and an observed value",
	},
	"checks_passed": {
		"section": "checks",
		"wanted": "every check passed, warned or not applicable, and at least one passed",
	},
	"required_checks_present": {
		"section": "required_checks",
		"wanted": "every required check",
	},
	"thresholds_met": {
		"section": "thresholds",
		"wanted": "an observed value within every bound",
	},
}
