"""The programs that run in the image, started as SageMaker starts them.

``python -m stayline.container prepare|train|evaluate|check-gates|transform|serve``. Each reads and
writes the documented folders under ``/opt/ml`` and, but for ``serve``, nothing else.
The root can be moved with ``STAYLINE_ML_ROOT``, so that the embedded runner needs no Docker. Given
equal inputs, a program writes equal bytes. ``serve`` listens, and reads the features, opt-outs and
token key of a home that is mounted.
"""
