"""The programs that run in the image, started as SageMaker starts them.

``python -m stayline.container prepare|train|evaluate|check-gates|transform|serve``. Each reads and
writes the documented folders under ``/opt/ml`` and nothing else: no home, no network, no secrets.
The root can be moved with ``STAYLINE_ML_ROOT``, so that the embedded runner needs no Docker. Given
equal inputs, a program writes equal bytes. Only ``serve`` listens, and may be lent a home.
"""
