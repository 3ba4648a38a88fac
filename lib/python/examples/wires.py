# SPDX-License-Identifier: MIT
"""From a trained PyTorch network to its accuracy over the resistance of the wires. Needs scikit-learn, matplotlib."""
import matplotlib.pyplot as plt
import torch
from sklearn.datasets import load_digits
from synaptogen_c import Hardware, Wires
from synaptogen_c.torch import convert

torch.manual_seed(0)
pixels, digits = (torch.tensor(part) for part in load_digits(return_X_y=True))
model = torch.nn.Sequential(torch.nn.Linear(64, 128), torch.nn.ReLU(), torch.nn.Linear(128, 10)).double()
optimizer = torch.optim.Adam(model.parameters(), 0.01)
for step in range(100):
    optimizer.zero_grad()
    torch.nn.functional.cross_entropy(model(pixels[::2] / 16), digits[::2]).backward()
    optimizer.step()

ohms = [0.1, 0.3, 1, 3, 10, 30]
networks = [convert(model, Hardware(wires=Wires(r_wl=ohm, r_bl=ohm), seed=1)) for ohm in ohms]
accuracy = [(net(pixels[1::2] / 16).argmax(1) == digits[1::2]).double().mean() for net in networks]
plt.semilogx(ohms, accuracy, "o-")
plt.xlabel("wire [ohm per cell]")
plt.ylabel("accuracy")
plt.savefig("wires.png")
print("\n".join(f"{ohm:g} ohm per cell: {share:.3f}" for ohm, share in zip(ohms, accuracy)))
