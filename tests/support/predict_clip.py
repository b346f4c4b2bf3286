"""Predict a video by a small network, in a process of its own: to be killed, or to be measured.

predict_clip.py CLIP OUT
"""

import sys
from pathlib import Path

import torch
from support import tiny_model

from gazemap.analysis.video import computing
from gazemap.analysis.video.predict_video import predict_video

torch.manual_seed(0)
torch.set_num_threads(1)
computing._PART = 16
clip, out = sys.argv[1:]
model = tiny_model.Tiny(output="log_density")
predict_video(clip, out, model=model, frames_per_second=10, areas=["left=0,0,64,48"])
peak = next(line for line in Path("/proc/self/status").read_text().splitlines() if line.startswith("VmHWM"))
print(int(peak.split()[1]) / 1024)
