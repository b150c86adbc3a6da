"""What ``torch.nn`` has and ``deepdive.scratch`` leaves out, and why: the one list of it."""

OMITTED: dict[str, str] = {
    "AdaptiveLogSoftmaxWithLoss": "an approximation for vocabularies larger than any here; it is made of Linear layers",
    "Buffer": "a container of the library, which register_buffer makes, too",
    "Container": "deprecated: an old name of Module",
    "CrossMapLRN2d": "deprecated: an old form of LocalResponseNorm",
    "DataParallel": "about devices, not mathematics; deprecated for DistributedDataParallel",
    "FractionalMaxPool2d": "fractional pooling: windows of random sizes, which nothing in the curriculum uses",
    "FractionalMaxPool3d": "as FractionalMaxPool2d",
    "LinearCrossEntropyLoss": "Linear and CrossEntropyLoss fused, to save memory: no mathematics of its own",
    "LinearCrossEntropyOptions": "settings of LinearCrossEntropyLoss",
    "NLLLoss2d": "deprecated: an old name of NLLLoss, which takes images",
    "RNNBase": "a base of RNN, LSTM and GRU, not a layer",
    "RNNCellBase": "a base of RNNCell, LSTMCell and GRUCell, not a layer",
    "SyncBatchNorm": "about devices, not mathematics: BatchNorm over several processes",
    "UninitializedBuffer": "a container of the library, for lazy layers",
    "UninitializedParameter": "a container of the library, for lazy layers",
    "factory_kwargs": "a helper of the library's own constructors",
}
"""By the name in ``torch.nn``; quantised layers are a package of their own, ``torch.ao``, and left out altogether."""
