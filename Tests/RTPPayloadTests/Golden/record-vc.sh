#!/bin/sh
# Makes the clip and records the golden file of VC-2: see README.md. Needs ffmpeg, python3.
set -e
cd "$(dirname "$0")"
ffmpeg -hide_banner -loglevel error -y -f lavfi -i testsrc2=size=64x48:rate=25 -frames:v 2 -pix_fmt yuv420p -c:v vc2 -b:v 500k -strict -1 \
  -slice_width 32 -slice_height 8 clip.mkv
python3 capture.py vc2-ffmpeg 300 clip.mkv -- ffmpeg -hide_banner -loglevel error -i clip.mkv -c copy -f rtp -strict experimental \
  -payload_type 96 'rtp://127.0.0.1:PORT?pkt_size=300'
rm clip.mkv
