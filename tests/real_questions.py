"""Questions of every kind about the sample papers, for command line and page."""

from __future__ import annotations

# Question, kind, status, what the answer contains (each text of the list), title of a source.
ASKED: list[tuple[str, str, str, list[str], str]] = [
    ("how many parameters does alexnet have", "fact", "answered", ["60 million"], "ImageNet"),
    ("why do recurrent nets fail on long intervals?", "fact", "answered", ["vanish"], "Long Short"),
    ("did alphago beat a professional?", "fact", "answered", ["Fan Hui"], "Mastering"),
    ("Which GPUs was the Transformer trained on, and how long?", "fact", "answered",
     ["3.5 days", "P100"], "Attention"),
    ("Waht is teh dampng factor in pagerank usualy", "fact", "answered", ["0.85"], "Anatomy"),
    ("What is a constant error carousel?", "definition", "answered", ["1.0"], "Long Short"),
    ("What is BERT?", "definition", "answered", ["Transformer encoder"], "BERT"),
    ("who wrote the bitcoin paper", "metadata", "unsure", ["authors", "Bitcoin"], ""),
    ("Compare Bitcoin and MapReduce", "comparison", "answered", ["Bitcoin", "MapReduce"],
     "MapReduce"),
    ("compare AlexNet with ResNet", "comparison", "answered", ["1,000 classes", "residual"],
     "Deep Residual"),
    ("papers on cryptography", "list", "answered", ["New Directions", "Digital Signatures"],
     "A Method"),
    ("is RSA based on factoring?", "fact", "answered", ["factoring"], "A Method"),
    ("which paper describes stragglers", "fact", "answered",
     ["MapReduce: Simplified", "stragglers"], "MapReduce"),
    ("papers about neural networks", "list", "answered", ["ImageNet", "Residual"], "ImageNet"),
    ("What's known about distributed systems?", "overview", "answered", ["Time, Clocks"], "Time"),
    ("Summarise the MapReduce paper", "summary", "answered", ["891 seconds"], "MapReduce"),
    ("what learning rate did they use for AlexNet?", "fact", "unsure", ["no direct answer"],
     "ImageNet"),
    ("Wie viele Parameter hat BERT large?", "fact", "unsure", ["Englisch"], "BERT"),
    ("What is the capital of France?", "fact", "not_in_library", ["no papers"], ""),
]  # fmt: skip
