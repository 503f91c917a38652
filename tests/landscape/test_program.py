"""The landscape and power commands as a user meets them: JSON, options, exit status, places of errors."""

import json
import os
import subprocess
import sys
import tempfile

program, source = sys.argv[1:3]
files = os.path.join(source, "experiments", "landscapes")
if not os.access(program, os.X_OK):
    print("skipped: the program was not built")
    sys.exit(77)


def run(*arguments):
    done = subprocess.run([program, *arguments], capture_output=True, text=True)
    return done.returncode, done.stdout, done.stderr


def answer(*arguments):
    status, out, err = run(*arguments)
    assert status == 0 and err == "", (arguments, status, err)
    return json.loads(out)


def groups(minimum):
    return {frozenset(group) for group in minimum["groups"]}


def path(name):
    return os.path.join(files, name)


syria = answer("landscape", path("syria.yaml"))
assert syria["rule"] == "two-camps" and syria["method"] == "exact" and syria["exact"] is True
assert syria["configurations"] == 1024 and len(syria["minima"]) == 1
assert syria["minima"][0]["energy"] == -83200 and syria["minima"][0]["basin"] == 1024
assert frozenset(["Tur", "ISIS", "Nusra"]) in groups(syria["best"]) and syria["best"]["optima"] == 1

unix = answer("landscape", "--json", path("unix1988-two-camps.yaml"))
assert [minimum["energy"] for minimum in unix["minima"]] == [-3828.9, -3828.9]
assert all(minimum["strict"] and minimum["basin"] == 128 for minimum in unix["minima"])

blocs = answer("landscape", path("unix1988-blocs.yaml"))
assert blocs["best"]["disagreements"] == 0 and blocs["best"]["optima"] == 501 and len(blocs["minima"]) == 501
assert all(not minimum["strict"] and minimum["plateau"] == 1 and not minimum["exit"] for minimum in blocs["minima"])

assert len(answer("landscape", path("hedonic.yaml"))["minima"]) == 4

one = answer("landscape", "--starts", "60", "--seed", "7", "-j", "1", path("cow1946-blocs.yaml"))
two = answer("landscape", "--starts=60", "--seed=7", "-j2", path("cow1946-blocs.yaml"))
assert one == two and one["exact"] is False
assert one["starts"] == 60 and 0 < one["hits"] <= 60 and one["seed"] == 7
assert one["best"]["disagreements"] == 12

council = answer("power", path("unsc.yaml"))["members"]
assert [member["name"] for member in council[:2]] == ["China", "France"]
assert abs(council[0]["shapley_shubik"] - 421 / 2145) < 1e-15 and abs(council[0]["banzhaf"] - 106 / 635) < 1e-15
assert abs(sum(member["banzhaf"] for member in council) - 1) < 1e-12
assert council[0]["swings"] * 2**14 == 848

with tempfile.TemporaryDirectory() as folder:

    def wrong(command, text, expected):
        name = os.path.join(folder, "f.yaml")
        with open(name, "w", encoding="utf-8") as file:
            file.write(text)
        status, out, err = run(command, name)
        assert status == 2 and out == "", (text, status, out)
        assert f"f.yaml:{expected}" in err, (text, err)

    wrong("landscape", "rule: two-camps\nactors: {A: 1, B: 2}\npropensity: [[0, -1], [2, 0]]\n", "3:24: ")
    wrong("landscape", "rule: two-camps\nactors: {A: 1, B: 2}\npropensity: [[0, .nan], [1, 0]]\n", "3:18: ")
    wrong("power", "members: {A: 1, B: 2}\nquota: 4\n", "2:8: ")
    many = ", ".join(f"S{k}" for k in range(40))
    rows = "".join("  - [" + ", ".join(["0"] * 40) + "]\n" for _ in range(40))
    wrong("landscape", f"rule: two-camps\nmethod: exact\nactors: [{many}]\npropensity:\n{rows}", "2:9: 40 actors")
    quoted = os.path.join(folder, "quoted.yaml")
    with open(quoted, "w", encoding="utf-8") as file:
        file.write('rule: blocs\nactors: ["a \\"b\\"", "c\\\\d"]\npropensity: [[0, 1], [1, 0]]\n')
    assert answer("landscape", quoted)["best"]["groups"] == [['a "b"', "c\\d"]]

    def right(command, text):
        name = os.path.join(folder, "f.yaml")
        with open(name, "w", encoding="utf-8") as file:
            file.write(text)
        return answer(command, name)

    for rule in ("two-camps", "blocs"):
        for method in ("exact", "search"):
            one = right("landscape", f"rule: {rule}\nmethod: {method}\nactors: {{A: 2.5}}\npropensity: [[0]]\n")
            assert one["configurations"] == 1 and one["best"] == {"energy": 0, "disagreements": 0, "groups": [["A"]], "optima": 1}
            assert [minimum["strict"] for minimum in one["minima"]] == [True]
    assert right("power", "members: {A: 0.1}\nquota: 0.1\n")["members"] == [
        {"name": "A", "shapley_shubik": 1, "banzhaf": 1, "swings": 1}]
    tenths = "members: {" + ", ".join(f"M{k}: 0.1" for k in range(128)) + "}\nquota: 12.8\n"
    assert all(abs(member["banzhaf"] - 1 / 128) < 1e-16 for member in right("power", tenths)["members"])
    wrong("power", "rules:\n- {wieghts: {A: 1}, quota: 1}\n", "2:4: found the unknown key `wieghts`")
    wrong("landscape", "rule: blocs\nactors: {A: 1e-200, B: 1e-200}\npropensity: [[0, -1], [-1, 0]]\n", "3:18: ")

for arguments in (["landscape"], ["landscape", "a", "b"], ["landscape", "--nonsense", "a"], ["landscape", "no-such.yaml"],
                  ["landscape", "-j", "0", path("syria.yaml")], ["landscape", "--starts", "x", path("syria.yaml")],
                  ["power"], ["power", "no-such.yaml"], ["power", path("syria.yaml")], ["landscape", path("unsc.yaml")],
                  ["landscape", files]):
    status, out, err = run(*arguments)
    assert status == 2 and out == "" and err, (arguments, status, out, err)
for command in ("landscape", "power"):
    status, out, err = run(command, "--help")
    assert status == 0 and out.startswith("Usage: quadrille " + command) and err == ""
print("ok")
