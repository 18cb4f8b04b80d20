"""The command line: `lrlab curve`, `export`, `train`, `runs` and `reference`."""
