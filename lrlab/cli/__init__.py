"""The command line: `lrlab curve`, `export`, `train`, `runs`, `app` and `reference`."""
