# What conftest is asked to do in the comparison: a fraction of what kfm-gates decides.
package main

deny contains "the run did not succeed" if {
	input.status
	input.status != "success"
}

deny contains "the licence is unknown" if {
	input.outputs
	not input.rights.license
}

deny contains msg if {
	some gate in input.gates
	gate.status != "pass"
	msg := sprintf("%s did not pass", [gate.name])
}
