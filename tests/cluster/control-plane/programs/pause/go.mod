module cluster-ai.local/tests/cluster/pause

go 1.25.0
