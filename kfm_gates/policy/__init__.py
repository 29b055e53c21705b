"""OPA as the judge: find it, ask it, believe only complete answers; and what it judges by."""
