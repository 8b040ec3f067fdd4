#!/bin/sh
# Makes the clips and records the golden files of VP8, VP9 and AV1: see README.md. Needs ffmpeg with libvpx and libaom, GStreamer's good
# plugins, python3; and in FFMPEG9 a newer ffmpeg, whose RTP muxer knows AV1.
set -e
cd "$(dirname "$0")"
F="ffmpeg -hide_banner -loglevel error"
C="python3 capture.py"
# video VIDEO-OPTIONS... FILE: a fifth of a second
video() { $F -y -f lavfi -i testsrc2=size=128x96:rate=25 -frames:v 5 "$@"; }
ffmpeg_rtp() { $C "$1" 300 "$2" -- "${3:-ffmpeg}" -hide_banner -loglevel error -i "$2" -c copy -f rtp -strict experimental -payload_type 96 'rtp://127.0.0.1:PORT?pkt_size=300'; }
gst_rtp() {
  name=$1 file=$2; shift 2
  $C "$name" 300 "$file" -- gst-launch-1.0 -v filesrc location="$file" ! matroskademux ! "$@" name=pay pt=96 mtu=300 ! udpsink host=127.0.0.1 port=PORT sync=false
}
video -c:v libvpx -b:v 400k -g 4 -slices 4 -auto-alt-ref 0 clip.webm
ffmpeg_rtp vp8-ffmpeg clip.webm
gst_rtp vp8-gst clip.webm rtpvp8pay picture-id-mode=15-bit picture-id-offset=0
video -c:v libvpx-vp9 -b:v 400k -g 4 -auto-alt-ref 0 clip.webm
ffmpeg_rtp vp9-ffmpeg clip.webm
gst_rtp vp9-gst clip.webm rtpvp9pay picture-id-mode=15-bit
video -c:v libaom-av1 -cpu-used 8 -b:v 400k -g 4 -lag-in-frames 0 clip.mkv
ffmpeg_rtp av1-ffmpeg clip.mkv "${FFMPEG9:?the path of a newer ffmpeg}"
rm clip.*
