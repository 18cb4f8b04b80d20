"""The command line: what it prints, what it exits with, and what it says to a mistake."""

import csv
import io
import json
import math
import os
import signal
import subprocess
import sys
import time

import pytest

from lrlab.cli.main import main
from lrlab.runs.records import Epoch
from lrlab.runs.result import Result
from lrlab.store import Store
from tests.datasets.npz import npz, whole

TINY = ["--train-images", "300", "--data", "synthetic"]

pipes = pytest.mark.skipif(os.name != "posix", reason="closes pipes and sends signals as POSIX systems do")


def start(*arguments):
    """The command as a process of its own, with the buffers that a shell gives it."""
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONUNBUFFERED"}
    return subprocess.Popen(
        [sys.executable, "-m", "lrlab", *arguments],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=environment,
        preexec_fn=_hear_ctrl_c if os.name == "posix" else None,
    )


def _hear_ctrl_c():
    # A shell's job in the background ignores Ctrl-C, and so do its children.
    signal.signal(signal.SIGINT, signal.SIG_DFL)


def rows(capsys, *arguments):
    """The header and the rows of `curve`."""
    assert main(["curve", *arguments]) == 0
    header, *body = csv.reader(io.StringIO(capsys.readouterr().out))
    return header, body


def lines(text):
    """One JSON object a line; NaN and Infinity, which JSON has not, are refused."""

    def refuse(constant):
        raise ValueError(f"{constant} is no JSON")

    return [json.loads(line, parse_constant=refuse) for line in text.splitlines()]


def test_curve_prints_one_row_a_step(capsys):
    header, body = rows(capsys, "exponential", "initial_lr=0.5", "--epochs", "2", "--steps-per-epoch", "3")
    assert header == ["step", "epoch", "lr"]
    assert [row[:2] for row in body] == [[str(step), str(step // 3)] for step in range(6)]
    assert [float(row[2]) for row in body] == pytest.approx([0.5] * 3 + [0.5 * 0.904837418] * 3)


def test_curve_prints_one_row_an_update_of_accumulated_gradients(capsys):
    run = ["exponential", "--clock", "step", "--epochs", "2"]
    _, body = rows(capsys, *run, "--batches-per-epoch", "10", "--batches-per-update", "4")
    assert [row[:2] for row in body] == [[str(step), str(step // 3)] for step in range(6)]
    assert body == rows(capsys, *run, "--batches-per-epoch", "3")[1]
    assert body == rows(capsys, *run, "--steps-per-epoch", "3")[1]  # as in older versions


def test_curve_per_epoch_prints_one_row_an_epoch(capsys):
    header, body = rows(capsys, "step", "--epochs", "11", "--per-epoch")
    assert header == ["step", "epoch", "lr"]
    assert [row[0] for row in body] == [str(250 * epoch) for epoch in range(11)]
    assert [float(row[2]) for row in body] == [0.5] * 10 + [0.4]


def test_curve_is_100_epochs_of_250_steps_where_nothing_is_said(capsys):
    assert len(rows(capsys, "constant")[1]) == 25_000
    assert len(rows(capsys, "constant", "--per-epoch")[1]) == 100


def test_time_based_decay_as_coded_is_0_0153_at_epoch_38(capsys):
    _, body = rows(
        capsys, "time-based-compounding", "initial_lr=0.5", "decay=0.005", "--epochs", "100", "--per-epoch"
    )
    assert float(body[38][2]) == pytest.approx(0.0153, abs=5e-5)


def test_keras_decay_on_the_step_clock_is_0_0286_after_one_epoch(capsys):
    _, body = rows(
        capsys, "time-based", "initial_lr=0.1", "decay=0.01", "--clock", "step", "--steps-per-epoch", "250"
    )
    assert float(body[250][2]) == pytest.approx(0.0286, abs=5e-5)


@pytest.mark.parametrize(
    ("clock", "expected"),
    [("epoch", [1, 1, 0.5, 0.5]), ("step", [1, 0.75, 0.5, 0.25]), ("smooth", [1, 0.75, 0.5, 0.25])],
)
def test_a_duration_left_out_is_the_length_of_the_run(capsys, clock, expected):
    sizes = ["--epochs", "2", "--steps-per-epoch", "2", "--clock", clock]
    _, body = rows(capsys, "polynomial", "initial_lr=1", *sizes)
    assert [float(row[2]) for row in body] == expected


@pytest.mark.parametrize(
    ("arguments", "remedy"),
    [
        (["curve", "cosinus"], "schedule must be one of constant, polynomial"),
        (["curve", "exponential", "gamma=1"], "It takes: initial_lr, decay"),
        (["curve", "exponential", "initial_lr=1e9"], "initial_lr must be a number from 1e-08 to 100"),
        (["curve", "exponential", "initial_lr=nan"], "initial_lr must be a number from 1e-08 to 100"),
        (["curve", "exponential", "initial_lr"], "Write a parameter as name=value"),
        (["curve", "cosine", "initial_lr=0.2", "foo"], "Write a parameter as name=value, not as 'foo'."),
        (["curve", "piecewise", "rates=0.1,,0.2"], "each of rates must be a number, but it is ''."),
        (
            ["curve", "--epochs", "1", "initial_lr=0.2", "cosine"],
            "'initial_lr=0.2' stands before the kind of",
        ),
        (["train", "cosine", "--early-stopping", "patienc=3"], "early-stopping has no parameter 'patienc'"),
        (
            ["train", "step", "--optimizer", "adam:beta_1=0,8,beta_2=0.9"],
            "Write a decimal point, not a comma.",
        ),
        (["train", "step", "--plateau", "initial_lr=0.2,gamma=3"], "step has no parameter 'gamma'"),
        (["curve", "exponential", "initial_lr=0,05"], "'0,05'. Write a decimal point, not a comma."),
        (
            ["curve", "piecewise", "rates=0,1,0,01"],
            "must be numbers with decimal points, separated by commas",
        ),
        (["curve", "piecewise", "rates=0,5", "boundaries=3"], "Write 0.5 for a half, and 0, 5 for two"),
        (["curve", "cosine", "--epochs", "1", "initial_lr"], "Write a parameter as name=value"),
        (["curve", "warm-up"], "name that schedule, and give --warmup"),
        (["curve", "cosinus"], "tanh, formula, but it is 'cosinus'"),
        (["curve", "exponential", "initial_lr=big"], "initial_lr must be a number, but it is 'big'"),
        (["curve", "constant", "--epochs", "many"], "epochs must be a number, but it is 'many'"),
        (["curve", "constant", "--warmup-shape", "exponential"], "--warmup-shape needs --warmup"),
        (["train", "constant", "--network", "dense:width=3"], "It takes: widths, dropout, l2"),
        (["train", "constant", "--early-stopping", "patience=-1"], "patience must be a whole number from 0"),
        (["train", "constant", "--plateau", "patience"], "Write a parameter as name=value"),
        (["train", "constant", "--validation-split", "1"], "validation_split must be a number from 0.01"),
        (["curve", "constant", "--epochs", "0"], "epochs must be a whole number from 1 to 1,000"),
        (["curve", "constant", "--batches-per-epoch", "0"], "batches_per_epoch must be a whole number"),
        (["train", "constant", "--batches-per-update", "0"], "batches_per_update must be a whole number"),
        (
            ["train", "constant", "--data", "cifar"],
            "data must be one of auto, fashion-mnist, synthetic, mnist",
        ),
        (["train", "constant", "--data", "nowhere.npz"], "nowhere.npz cannot be read: No such file"),
        (["train", "constant", "--train-images", "60001"], "from 100 to 60,000"),
        (["train", "constant", "--batch-size", "0"], "batch_size must be a whole number from 1"),
        (["train", "constant", "--seed", "-1"], "seed must be a whole number"),
        (["train", "constant", "--optimizer", "sgdd"], "optimizer must be one of sgd, momentum, nesterov"),
        (["train", "constant", "--optimizer", "adam:beta=1"], "It takes: beta_1, beta_2, epsilon"),
        (["train", "constant", "--optimizer", "adam:beta_1=2"], "beta_1 must be a number from 0 to 1"),
    ],
)
def test_a_mistake_exits_2_with_the_remedy(home, capsys, arguments, remedy):
    assert main(arguments) == 2
    printed = capsys.readouterr()
    assert printed.out == ""
    assert printed.err.startswith("lrlab: ")
    assert remedy in printed.err
    assert not (home / "runs.sqlite3").exists()


@pytest.mark.parametrize(
    ("arguments", "remedy"),
    [
        ([], "COMMAND"),
        (["curve"], "KIND"),
        (["curve", "constant", "--clock", "minute"], "choose from"),
        (
            ["curve", "cosine", "--epochs=2", "initial_lr=0.2", "--unknown", "3"],
            "unrecognized arguments: --unknown 3\n",
        ),
    ],
)
def test_a_wrong_option_exits_2_with_the_choices(capsys, arguments, remedy):
    with pytest.raises(SystemExit) as left:
        main(arguments)
    assert left.value.code == 2
    assert remedy in capsys.readouterr().err


@pytest.mark.training
def test_export_prints_code_that_runs_as_it_is(capsys):
    arguments = ["step", "drop_rate=0.5", "--warmup", "2", "--epochs", "9", "--steps-per-epoch", "4"]
    assert main(["export", *arguments, "--clock", "smooth", "--to", "keras"]) == 0
    code = capsys.readouterr().out
    read = "\nprint(*[float(learning_rate(step)) for step in range(36)])"
    done = subprocess.run([sys.executable, "-c", code + read], capture_output=True)
    _, body = rows(capsys, *arguments, "--clock", "smooth")
    rates = [float(rate) for *_, rate in body]
    assert rates == pytest.approx([*map(float, done.stdout.split())], rel=1e-5), done.stderr.decode()


def test_export_goes_on_from_an_epoch_with_the_chosen_optimizer(capsys):
    arguments = ["cosine", "--from-epoch", "7", "--optimizer", "adam:beta_1=0.8"]
    assert main(["export", *arguments, "--clock", "smooth", "--to", "pytorch"]) == 0
    code = capsys.readouterr().out
    assert "torch.optim.Adam(" in code
    assert "betas=(0.8, 0.999)" in code
    assert "last_epoch=1749" in code
    assert main(["export", "cosine", "--optimizer", "lion", "--to", "pytorch"]) == 2
    assert "PyTorch has no optimizer Lion" in capsys.readouterr().err


def test_curve_from_an_epoch_counts_steps_and_epochs_of_the_whole_run(capsys):
    arguments = ["cosine", "--warmup", "5", "--clock", "smooth", "--epochs", "60"]
    _, whole = rows(capsys, *arguments)
    header, body = rows(capsys, *arguments, "--from-epoch", "7")
    assert header == ["step", "epoch", "lr"]
    assert body == whole[7 * 250 :]
    assert body[0][:2] == ["1750", "7"]
    _, by_epoch = rows(capsys, *arguments, "--from-epoch", "7", "--per-epoch")
    assert by_epoch == whole[7 * 250 :: 250]
    assert main(["curve", "cosine", "--from-epoch", "100"]) == 2
    assert "epochs 0 to 99" in capsys.readouterr().err


def test_help_lists_the_kinds(capsys):
    with pytest.raises(SystemExit) as left:
        main(["--help"])
    assert left.value.code == 0
    assert "time-based-compounding" in capsys.readouterr().out


@pipes
@pytest.mark.parametrize("options", [[], ["--per-epoch"]], ids=["more-than-a-pipe-holds", "less"])
def test_a_reader_that_has_seen_enough_is_no_mistake(options):
    process = start("curve", "constant", *options)
    if not options:
        assert process.stdout.readline() == "step,epoch,lr\n"
    process.stdout.close()
    assert process.stderr.read() == ""
    assert process.wait() == 0


@pytest.mark.training
def test_train_prints_one_json_object_an_epoch_and_the_score(home, capsys):
    assert (
        main(["train", "exponential", "initial_lr=0.1", "--epochs", "3", "--json", "--seed", "1", *TINY]) == 0
    )
    printed = capsys.readouterr()
    *epochs, score = lines(printed.out)
    assert printed.err == ""
    assert [epoch["epoch"] for epoch in epochs] == [0, 1, 2]
    for epoch in epochs:
        assert list(epoch) == [
            *("epoch", "lr", "loss", "accuracy", "val_loss", "val_accuracy", "seconds"),
            *("grad_norm", "update_ratio"),
        ]
    assert [epoch["lr"] for epoch in epochs] == pytest.approx([0.1, 0.0904837, 0.0818731])
    assert list(score) == ["test_loss", "test_accuracy", "data", "status", "at_chance"]
    assert (score["data"], score["status"]) == ("synthetic", "completed")

    assert main(["runs", "--json"]) == 0
    (run,) = lines(capsys.readouterr().out)
    assert (run["id"], run["name"], run["status"]) == (1, "Exponential decay", "completed")
    assert (run["epochs_done"], run["data"]) == (3, "synthetic")
    assert run["val_loss"] == epochs[-1]["val_loss"]
    assert (run["test_loss"], run["test_accuracy"]) == (score["test_loss"], score["test_accuracy"])
    assert run["spec"]["schedule"] == {"kind": "exponential", "initial_lr": 0.1, "decay": 0.1, "hold": 0}
    assert (run["spec"]["seed"], run["spec"]["train_images"], run["spec"]["epochs"]) == (1, 300, 3)


@pytest.mark.training
def test_train_in_words_and_the_list_of_runs(home, capsys):
    assert main(["runs"]) == 0
    assert capsys.readouterr().out == ""
    adam = ["--optimizer", "adam:epsilon=1e-5"]
    assert main(["train", "constant", "--epochs", "1", *adam, "--name", "Mine", *TINY]) == 0
    out = capsys.readouterr().out
    assert out.startswith("Run 1 completed.\nData: the built-in synthetic set.\nValidation loss ")
    assert "; test loss " in out
    assert main(["runs"]) == 0
    listed = capsys.readouterr().out
    assert " completed " in listed
    assert " 1/1 " in listed
    assert " adam     Mine " in listed
    assert Store().worker_state("anything") is None


@pytest.mark.training
def test_train_takes_the_path_of_ones_own_file(home, tmp_path, capsys):
    file = tmp_path / "digits.npz"
    file.write_bytes(npz(**whole("colour")))
    assert main(["train", "constant", "--epochs", "1", "--data", str(file)]) == 0
    assert "Data: your own file digits.npz." in capsys.readouterr().out
    assert main(["runs"]) == 0
    assert "completed        1/1  digits.npz " in capsys.readouterr().out


@pytest.mark.training
def test_a_diverged_run_prints_null_and_counts_as_a_result(home, capsys):
    arguments = ["train", "constant", "initial_lr=10", "--epochs", "3", "--batch-size", "10", "--json", *TINY]
    for seed in range(50):  # most seeds diverge at this rate; which, is the machine's arithmetic
        assert main([*arguments, "--seed", str(seed)]) == 0
        *epochs, score = lines(capsys.readouterr().out)
        if score["status"] == "diverged":
            break
    assert score["status"] == "diverged"
    assert None in (epochs[-1]["loss"], epochs[-1]["val_loss"])
    assert main(["runs", "--json"]) == 0
    assert lines(capsys.readouterr().out)[0]["status"] == "diverged"
    assert main(["runs"]) == 0


def test_a_data_folder_that_does_not_exist_exits_2_before_anything_is_queued(
    home, tmp_path, monkeypatch, capsys
):
    monkeypatch.setenv("LRLAB_DATA_DIR", str(tmp_path / "nothing-here"))
    assert main(["train", "constant", "--epochs", "1", "--json"]) == 2
    printed = capsys.readouterr()
    assert printed.out == ""
    assert "LRLAB_DATA_DIR must name the folder with the files of Fashion-MNIST" in printed.err
    assert str(tmp_path / "nothing-here") in printed.err
    assert Store().runs() == []


@pytest.mark.training
def test_a_data_folder_without_the_files_exits_1_with_the_sentence(home, tmp_path, monkeypatch, capsys):
    monkeypatch.setenv("LRLAB_DATA_DIR", str(tmp_path))
    assert main(["train", "constant", "--epochs", "1", "--json", "--train-images", "300"]) == 1
    printed = capsys.readouterr()
    assert lines(printed.out)[-1]["status"] == "failed"
    assert str(tmp_path) in printed.err
    assert "Traceback" not in printed.err


@pytest.mark.training
def test_a_run_that_explodes_and_ends_at_chance_says_so(home, capsys):
    arguments = ["train", "constant", "initial_lr=2", "--epochs", "4", *TINY]
    for seed in range(20):  # which seeds end with a finite loss is the machine's arithmetic
        assert main([*arguments, "--seed", str(seed)]) == 0
        printed = capsys.readouterr().out
        if " completed." in printed:
            break
    assert "Training loss jumped to " in printed or "Training loss hardly fell at all." in printed
    assert "This is no better than guessing, which is right in 10% of all cases." in printed
    for rate, at_chance in (("2", True), ("0.01", False)):
        again = ["train", "constant", f"initial_lr={rate}", *arguments[3:], "--seed", str(seed), "--json"]
        assert main(again) == 0
        assert lines(capsys.readouterr().out)[-1]["at_chance"] is at_chance


@pytest.mark.training
@pipes
def test_ctrl_c_ends_the_run_as_stopped_and_exits_130(home):
    arguments = ["train", "constant", "--epochs", "1000", "--batch-size", "4", "--json", *TINY]
    process = start(*arguments)
    process.stdout.readline()
    process.send_signal(signal.SIGINT)
    _, err = process.communicate(timeout=300)
    assert process.returncode == 130
    assert "Traceback" not in err
    (run,) = Store().runs()
    assert (run.status, run.message) == ("stopped", "Stopped from the keyboard.")
    assert Store().epochs(run.id)


@pytest.mark.training
@pipes
def test_a_run_that_nobody_reads_any_more_ends_as_stopped(home):
    process = start("train", "constant", "--epochs", "1000", "--batch-size", "4", "--json", *TINY)
    process.stdout.readline()
    process.stdout.close()
    assert "Traceback" not in process.stderr.read()
    assert process.wait(timeout=300) == 0
    (run,) = Store().runs()
    assert (run.status, run.message) == ("stopped", "Stopped: the program that read the output has closed.")


@pytest.mark.training
@pipes
def test_ctrl_c_while_tensorflow_loads_is_as_quiet(home):
    process = start("train", "constant", *TINY)
    while not (home / "runs.sqlite3").exists():  # the last that is done before
        time.sleep(0.01)
    process.send_signal(signal.SIGINT)
    _, err = process.communicate(timeout=300)
    assert process.returncode == 130
    assert "Traceback" not in err
    assert not Store().runs(("queued", "running"))


@pytest.mark.proof
@pytest.mark.real_data
def test_the_articles_best_run_comes_out_as_it_does_in_keras(real_data, capsys):
    schedule = ["exponential", "initial_lr=0.5", "decay=0.1"]
    sizes = ["--epochs", "100", "--seed", "9125", "--train-images", "20000"]
    assert main(["train", *schedule, *sizes, "--json"]) == 0
    *epochs, score = lines(capsys.readouterr().out)
    assert len(epochs) == 100
    assert score["data"] == "fashion-mnist"
    assert 0.34 < epochs[-1]["val_loss"] < 0.40
    assert 0.86 < score["test_accuracy"] < 0.89


def test_a_warm_up_and_a_cool_down_go_around_any_kind(capsys):
    arguments = ["curve", "constant", "initial_lr=0.1", "--epochs", "10", "--per-epoch"]
    assert main([*arguments, "--warmup", "2", "--cooldown", "4"]) == 0
    rates = [float(line.split(",")[2]) for line in capsys.readouterr().out.splitlines()[1:]]
    assert rates == pytest.approx([0, 0.05, 0.1, 0.1, 0.1, 0.1, 0.1, 0.075, 0.05, 0.025])
    assert main([*arguments, "--cooldown", "11"]) == 2
    assert "The cool-down takes 11 units of time, but the schedule lasts 10" in capsys.readouterr().err


def test_several_numbers_words_and_switches_are_read(capsys):
    assert main(["curve", "piecewise", "rates=0.1,0.01", "boundaries=1", "--epochs", "2", "--per-epoch"]) == 0
    assert capsys.readouterr().out.splitlines()[1:] == ["0,0,0.1", "250,1,0.01"]
    assert (
        main(["curve", "one-cycle", "curve=linear", "three_phases=true", "--epochs", "9", "--per-epoch"]) == 0
    )
    assert main(["curve", "one-cycle", "three_phases=maybe"]) == 2
    assert "three_phases must be true or false, but it is 'maybe'" in capsys.readouterr().err


def test_runs_lists_curves_that_were_imported(home, capsys):
    epoch = Epoch(0, 0.1, 0.1, 0.9, 0.7, 0.8, 0.75, 1.0)
    Store().add_results([Result("From elsewhere", (epoch,))])
    assert main(["runs"]) == 0
    assert "From elsewhere" in capsys.readouterr().out
    assert main(["runs", "--json"]) == 0
    (line,) = capsys.readouterr().out.splitlines()
    assert json.loads(line)["spec"] is None


def test_runs_gives_the_last_validation_and_its_epoch(home, capsys):
    epochs = [Epoch(n, 0.1, 0.1, 0.9, 0.7, 0.8 if n == 1 else math.nan, math.nan, 1.0) for n in range(3)]
    Store().add_results([Result("From elsewhere", tuple(epochs))])
    assert main(["runs"]) == 0
    assert "val_loss 0.8000 in epoch 2\n" in capsys.readouterr().out
    assert main(["runs", "--json"]) == 0
    (line,) = capsys.readouterr().out.splitlines()
    assert (json.loads(line)["val_epoch"], json.loads(line)["val_loss"]) == (1, 0.8)


def test_a_name_that_no_run_can_have_is_said_before_it_trains(home, capsys):
    assert main(["train", "constant", *TINY, "--name", " "]) == 2
    assert "A name must have 1 to 80 printable characters" in capsys.readouterr().err
    assert Store().runs() == []


@pytest.mark.parametrize(
    ("arguments", "lines"),
    [
        (["curve", "cosine"], ["parameters of cosine", "  initial_lr=0.1\n", "From 1e-08 to 100."]),
        (["curve", "exponential"], ["  decay=0.1\n", "  decay_rate\n", "  decay_steps\n"]),
        (["export", "step", "--to", "keras"], ["  drop_every=10\n", "from 1 to 10000000 epochs or steps."]),
        (["train", "step", "--optimizer", "adam:beta_1=0.8"], ["parameters of adam", "  beta_2=0.999\n"]),
        (["train", "step", "--network", "convolutional"], ["  filters=16,32\n", "1 to 3 numbers"]),
        (["train", "step", "--plateau"], ["parameters of reduce-on-plateau", "  patience=10\n"]),
    ],
)
def test_help_of_a_kind_lists_its_parameters(capsys, arguments, lines):
    with pytest.raises(SystemExit, match="0"):
        main([*arguments, "--help"])
    printed = capsys.readouterr().out
    for line in lines:
        assert line in printed


def test_warm_up_and_cool_down_have_a_start_and_a_shape(capsys):
    flags = ["--warmup", "2", "--warmup-start-lr", "0.1", "--warmup-shape", "exponential"]
    flags += ["--cooldown", "4", "--cooldown-final-lr", "0.1", "--cooldown-shape", "cosine"]
    _, body = rows(capsys, "constant", "initial_lr=0.9", "--epochs", "10", "--per-epoch", *flags)
    expected = [0.1, 0.3, *[0.9] * 5, 0.9 - 0.8 * 0.1464466, 0.5, 0.1 + 0.8 * 0.1464466]
    assert [float(row[2]) for row in body] == pytest.approx(expected)


def test_parameters_may_come_after_a_flag(capsys):
    _, body = rows(capsys, "step", "--epochs", "2", "initial_lr=0.25", "--per-epoch")
    assert [float(row[2]) for row in body] == [0.25, 0.25]
    flags = ["--epochs", "2", "--per-epoch"]
    several = ["rates=0.2", "0.1", "boundaries=1"]
    assert rows(capsys, "piecewise", *flags, *several) == rows(capsys, "piecewise", *several, *flags)


@pytest.mark.parametrize(
    "several",
    [
        ["rates=0.2, 0.1"],
        ["rates=0.2,", "0.1"],
        ["rates=0.2", ",0.1"],
        ["rates=0.2", ",", "0.1"],
        ["rates=", "0.2", "0.1"],
    ],
)
def test_several_numbers_may_have_blanks_between_them(capsys, several):
    _, body = rows(capsys, "piecewise", *several, "boundaries=1", "--epochs", "2", "--per-epoch")
    assert [float(row[2]) for row in body] == [0.2, 0.1]


def test_a_parameter_of_the_schedule_may_follow_an_option_that_takes_parameters(home, capsys, monkeypatch):
    made = []
    monkeypatch.setattr("lrlab.cli.train.print_warnings", lambda plan: made.append(plan) or sys.exit())
    for option in ("--early-stopping", "--plateau"):
        for given in (["initial_lr=0.2"], ["initial_lr=0.2,final_lr=0.1"]):
            with pytest.raises(SystemExit):
                main(["train", "cosine", "--data", "synthetic", option, *given, "duration=9"])
            assert (made[-1].schedule.initial_lr, made[-1].schedule.duration) == (0.2, 9)
    with pytest.raises(SystemExit):  # wsd has a cooldown too
        main(["train", "wsd", "--data", "synthetic", "--plateau", "cooldown=3"])
    assert made[-1].schedule.cooldown == 20


def test_a_schedule_that_never_acts_is_warned_of(capsys):
    for command in ("curve step drop_every=200 --per-epoch", "export step drop_every=200 --to optax"):
        assert main(command.split()) == 0
        printed = capsys.readouterr()
        assert printed.out
        assert printed.err == (
            "lrlab: warning: The rate never changes: drop_every = 200 epochs, but the run ends after 100.\n"
        )
    assert main(["curve", "cosine", "--warmup", "200", "--per-epoch"]) == 0
    assert "never reaches its peak: warmup = 200 epochs" in capsys.readouterr().err


@pytest.mark.parametrize("formula", ["1 / (t - 3)", "log(t - 50)", "exp(t * t)"])
def test_a_curve_without_finite_rates_exits_2(capsys, formula):
    assert main(["curve", "formula", f"formula={formula}"]) == 2
    printed = capsys.readouterr()
    assert printed.out == ""
    assert "is not a finite number. Check the schedule's numbers." in printed.err


def test_a_curve_that_float32_cannot_hold_exits_2(capsys):
    assert main(["curve", "exponential", "decay=-1", "--per-epoch"]) == 2
    printed = capsys.readouterr()
    assert printed.out == ""
    assert "the rate 6.10202e+38 at epoch 90 is not a finite number." in printed.err
    assert main(["curve", "exponential", "decay=-1", "--per-epoch", "--epochs", "20"]) == 0
    assert "warning: The rate rises to 8.92412e+07 at epoch 19." in capsys.readouterr().err


def test_a_time_based_decay_is_read_in_keras_words_too(capsys):
    words = ["time-based", "initial_lr=1", "decay_rate=0.5", "decay_steps=10", "--per-epoch"]
    assert float(rows(capsys, *words)[1][20][2]) == pytest.approx(1 / (1 + 0.5 * 20 / 10))


def test_an_exponential_is_read_in_keras_words_too(capsys):
    words = ["initial_lr=1", "decay_rate=0.5", "decay_steps=2", "--per-epoch", "--epochs", "5"]
    _, body = rows(capsys, "exponential", *words)
    assert [float(row[2]) for row in body] == pytest.approx([2 ** (-t / 2) for t in range(5)])
    assert main(["curve", "exponential", "decay=0.1", "decay_rate=0.5"]) == 2
    assert "Give either decay, or both decay_rate and decay_steps" in capsys.readouterr().err


@pytest.mark.training
def test_a_range_test_suggests_rates_and_is_a_run_like_any_other(capsys, home):
    given = [*TINY, "--batch-size", "16", "--updates", "120", "--seed", "4", "--seeds", "2"]
    assert main(["range-test", *given, "--json"]) == 0
    *runs, last = lines(capsys.readouterr().out)
    assert [(run["seed"], run["status"]) for run in runs] == [(4, "completed"), (5, "completed")]
    assert list(last["suggestions"]) == ["steepest", "tenth", "valley", "stable"]
    assert last["default"] == "valley"
    assert 1e-3 < last["suggestions"]["valley"] < 10
    store = Store()
    for run in runs:
        steps = store.steps(run["id"])
        assert len(steps.losses) == len(steps.gradients) == run["updates"] > 50
    assert main(["range-test", *given]) == 0
    out = capsys.readouterr().out
    assert "Valley (default)" in out
    assert "It measures the start of training" in out


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--updates", "5"], "updates must be a whole number from 100 to 100,000, but it is 5."),
        (["--from", "1", "--to", "0.1"], "The last rate must be above the first, but they are 0.1 and 1."),
        (["--seed", "4294967295", "--seeds", "2"], "The last seed would be above 4,294,967,295."),
        (["--data", "nothing"], "nothing"),
    ],
)
def test_a_range_test_that_cannot_be(capsys, home, arguments, message):
    assert main(["range-test", *arguments]) == 2
    assert message in capsys.readouterr().err
