"""The titles that the bars are measured with, made once."""

import pathlib
import subprocess

ROOT = pathlib.Path(__file__).resolve().parents[2]
FFMPEG = ["ffmpeg", "-nostdin", "-hide_banner", "-loglevel", "error", "-y"]
FASTSTART = ["-movflags", "+faststart", "-f", "mp4"]

# Bits per second of keys.mp4.
KEYS_RATE = 8_000_000


def make(directory, matroska):
    """Makes what is missing in `directory`, and Matroska files of the same streams in `directory`/mkv for servers that read only those."""
    directory.mkdir(parents=True, exist_ok=True)
    for name, recipe in (("film.mp4", film), ("long.mp4", long), ("channel.mp4", channel), ("keys.mp4", keys), ("skewed.avi", skewed)):
        once(directory / name, recipe)
    (directory / "channel.m3u").write_text("channel.mp4\n")
    if matroska:
        (directory / "mkv").mkdir(exist_ok=True)
        for name in ("film", "long", "keys"):
            once(directory / "mkv" / f"{name}.mkv", lambda part, name=name: copy(directory / f"{name}.mp4", part, "-f", "matroska"))


def once(file, recipe):
    """Runs `recipe(part)` and renames `part` to `file`, unless that is there already."""
    if file.exists():
        return
    print(f"making {file}", flush=True)
    part = file.with_suffix(file.suffix + ".part")
    recipe(part)
    part.rename(file)


def run(*arguments):
    subprocess.run([str(argument) for argument in arguments], check=True, stdin=subprocess.DEVNULL)


def copy(source, target, *options, loops=0):
    """The streams of `source` as they are, `loops` times more."""
    run(*FFMPEG, "-stream_loop", loops, "-i", source, "-c", "copy", *options, target)


def film(part):
    """1080p25, 8 Mbit/s, H.264 + AAC, 120 s: a minute, twice."""
    minute = part.parent / "minute.tmp"
    run(ROOT / ".ci/clip", "bench", minute)
    copy(minute, part, *FASTSTART, loops=1)
    minute.unlink()


def long(part):
    """640x360p30, 0.4 Mbit/s H.264 + 96 kbit/s AAC, two hours: a minute, 120 times."""
    minute = part.parent / "minute.tmp"
    run(*FFMPEG, "-f", "lavfi", "-i", "testsrc2=size=640x360:rate=30:duration=60,noise=alls=6:allf=t",
        "-f", "lavfi", "-i", "sine=440:sample_rate=48000:duration=60",
        "-c:v", "libx264", "-preset", "veryfast", "-pix_fmt", "yuv420p", "-g", "60", "-bf", "2",
        "-b:v", "400k", "-maxrate", "400k", "-bufsize", "800k", "-c:a", "aac", "-b:a", "96k", *FASTSTART, minute)
    copy(minute, part, *FASTSTART, loops=119)
    minute.unlink()


def channel(part):
    """1280x720p25 of 2 Mbit/s with a key frame every 2 s, 120 s: a minute, twice."""
    minute = part.parent / "minute.tmp"
    run(*FFMPEG, "-f", "lavfi", "-i", "testsrc2=size=1280x720:rate=25:duration=60,noise=alls=4:allf=t",
        "-f", "lavfi", "-i", "sine=440:sample_rate=48000:duration=60",
        "-c:v", "libx264", "-preset", "veryfast", "-pix_fmt", "yuv420p", "-g", "50", "-bf", "2",
        "-b:v", "1900k", "-maxrate", "1900k", "-bufsize", "1900k", "-c:a", "aac", "-b:a", "96k", *FASTSTART, minute)
    copy(minute, part, *FASTSTART, loops=1)
    minute.unlink()


def keys(part):
    """720p25 of 8 Mbit/s with key frames of 300 kB every 2 s, 20 s: a still, grainy picture under a little moving noise."""
    run(*FFMPEG, "-f", "lavfi", "-i", "testsrc2=size=1280x720:rate=25:duration=20,noise=alls=37:allf=u,noise=alls=15:allf=t+u",
        "-f", "lavfi", "-i", "sine=440:sample_rate=48000:duration=20", "-c:v", "libx264", "-preset", "superfast", "-pix_fmt", "yuv420p",
        "-qp", "30", "-x264-params", "keyint=50:min-keyint=50:scenecut=0:bframes=0", "-c:a", "aac", "-b:a", "96k", *FASTSTART, part)


def skewed(part):
    """film.mp4's first minute with AC-3 in an AVI without index, the audio 10 s behind the video in the file."""
    even = part.parent / "even.tmp"
    run(*FFMPEG, "-t", 60, "-i", part.parent / "film.mp4", "-c:v", "copy", "-c:a", "ac3", "-b:a", "192k", "-f", "avi", even)
    run(ROOT / "Benchmarks/skew-avi", even, part, 10, "--no-index")
    even.unlink()
