# METADATA
# title: Receipts
# description: Did the run do what it says, on shared machines, from a known commit and with known tools?
package kfm.rules.receipts

# METADATA
# title: The run succeeded
# description: Only a run whose own record says that it succeeded may go on.
# scope: document
# custom:
#   code: RUN_NOT_SUCCEEDED
#   level: deny
#   waivable: false
#   who: pipeline
#   solution: Mend what stopped the pipeline, then record a new run.
#   why: A run that failed half way leaves files that look like results.
#   source: [R-112, R-114, C-04]
default status["run_succeeded"] := "fail"

status["run_succeeded"] := "pass" if {
	input.receipts.status == "succeeded"
}

# METADATA
# title: The validation passed
# description: The validation report says pass, and so does the result recomputed from its checks.
# scope: document
# custom:
#   code: VALIDATION_NOT_PASSED
#   level: deny
#   waivable: false
#   who: pipeline
#   solution: Mend the data or the pipeline until every check passes, then record a new run.
#   why: The overall status is a claim; it counts only where the checks bear it out.
#   source: [R-119, R-120, R-123, C-13]
default status["validation_passed"] := "fail"

status["validation_passed"] := "pass" if {
	input.receipts.overall_status == "pass"
	input.receipts.recomputed_status == "pass"
}

# METADATA
# title: The run was made on a shared runner
# description: The run was made by CI or on the cluster, where others can repeat it.
# scope: document
# custom:
#   code: RUNNER_LOCAL
#   level: deny
#   waivable: true
#   may_warn: true
#   who: operator
#   solution: Run the pipeline in CI or on the cluster and check that run.
#   why: Nobody but its owner can say what was on a personal machine at the time.
#   source: [R-092, R-113]
default status["runner_shared"] := "fail"

status["runner_shared"] := "pass" if {
	input.receipts.runner_type in {"ci", "cluster"}
}

# METADATA
# title: The commit is one commit of the lake's repository
# description: >-
#   The commit that the run names resolves in the repository at the lake root. One of another
#   repository counts only once an attestation shows it.
# scope: document
# custom:
#   code: COMMIT_UNRESOLVED
#   level: deny
#   waivable: true
#   may_warn: true
#   who: pipeline
#   solution: Commit the pipeline, run it from that commit, and check where the history of the repository is complete.
#   why: Without its code a run can neither be understood nor repeated.
#   source: [R-063, R-114, R-127]
default status["commit_resolved"] := "fail"

status["commit_resolved"] := "pass" if {
	input.origin.commit_state == "resolved"
}

# METADATA
# title: Tool versions are recorded
# description: The manifest names the version of at least one tool that made the outputs.
# scope: document
# custom:
#   code: VERSIONS_MISSING
#   level: deny
#   waivable: true
#   may_warn: true
#   who: pipeline
#   solution: Give versions to record_run, or let the recorder find them, and record a new run.
#   why: The same code gives other results with other tools.
#   source: [R-019, R-115]
default status["versions_recorded"] := "fail"

status["versions_recorded"] := "pass" if {
	is_number(input.receipts.versions)
	input.receipts.versions >= 1
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
	"run_succeeded": {"path": ["receipts", "status"], "wanted": "succeeded"},
	"validation_passed": {"path": ["receipts", "overall_status"], "wanted": "pass, also when recomputed"},
	"runner_shared": {"path": ["receipts", "runner_type"], "wanted": "ci or cluster"},
	"commit_resolved": {"path": ["origin", "commit_state"], "wanted": "resolved"},
	"versions_recorded": {"path": ["receipts", "versions"], "wanted": "at least 1"},
}
