"""The titles of the scale: one clip for each bitrate and frame rate, and one film in four lengths."""

import media

# Seconds of a clip: longer than any viewer plays.
LENGTH = 30
# Mbit/s of video, and the picture's size that carries it.
BITRATES = {0.1: "320x180", 0.4: "640x360", 2: "1280x720", 8: "1920x1080", 25: "1920x1080", 50: "1920x1080"}
FRAME_RATES = (5, 100)
# Of one film, by minutes.
LENGTHS = (1, 10, 120, 600)


def bitrate(megabits):
    return f"rate-{megabits:g}"


def frame_rate(frames):
    return f"frames-{frames}"


def length(minutes):
    return f"length-{minutes}"


def make(directory):
    """Makes what is missing."""
    directory.mkdir(parents=True, exist_ok=True)
    media.once(directory / "film.mp4", media.film)
    media.once(directory / "long.mp4", media.long)
    for megabits, size in BITRATES.items():
        media.once(directory / f"{bitrate(megabits)}.mp4", lambda part, rate=megabits, size=size: clip(part, rate, size, 25))
    for frames in FRAME_RATES:
        media.once(directory / f"{frame_rate(frames)}.mp4", lambda part, frames=frames: clip(part, 0.4, "640x360", frames))
    short = directory / f"{length(LENGTHS[0])}.mp4"
    media.once(short, lambda part: clip(part, 0.1, "320x180", 25, seconds=60, audio=True))
    for minutes in LENGTHS[1:]:
        media.once(directory / f"{length(minutes)}.mp4", lambda part, loops=minutes - 1: media.copy(short, part, *media.FASTSTART, loops=loops))


def clip(part, megabits, size, frames, seconds=LENGTH, audio=False):
    """H.264 of nearly constant bitrate, without B-frames: grain, as strong as the bitrate asks for, over a test picture."""
    noise = 60 if megabits > 8 else 12
    rate = f"{megabits * 1e6:.0f}"
    sound = ["-f", "lavfi", "-i", f"sine=440:sample_rate=48000:duration={seconds}", "-c:a", "aac", "-b:a", "32k"] if audio else []
    media.run(*media.FFMPEG, "-f", "lavfi", "-i", f"testsrc2=size={size}:rate={frames}:duration={seconds},noise=alls={noise}:allf=t",
              *sound[:4], "-c:v", "libx264", "-preset", "ultrafast", "-pix_fmt", "yuv420p", "-g", 2 * frames,
              "-b:v", rate, "-minrate", rate, "-maxrate", rate, "-bufsize", rate, *sound[4:], *media.FASTSTART, part)
