"""validate.py SCHEMA FILE...: exit 0 when every file is valid, else 1 with the first fault."""
import json
import sys

import jsonschema
import yaml


class Loader(yaml.SafeLoader):
    """YAML 1.2 core: no timestamps, sexagesimals or yes/no booleans."""


Loader.yaml_implicit_resolvers = {}
Loader.add_implicit_resolver("tag:yaml.org,2002:bool", __import__("re").compile("^(true|false)$"), list("tf"))
Loader.add_implicit_resolver("tag:yaml.org,2002:int", __import__("re").compile("^-?[0-9]+$"), list("-0123456789"))

with open(sys.argv[1]) as f:
    schema = json.load(f)
jsonschema.Draft7Validator.check_schema(schema)
validator = jsonschema.Draft7Validator(schema)
for path in sys.argv[2:]:
    with open(path) as f:
        layout = yaml.load(f, Loader)
    for error in validator.iter_errors(layout):
        print(f"{path}: {list(error.absolute_path)}: {error.message[:200]}")
        sys.exit(1)
