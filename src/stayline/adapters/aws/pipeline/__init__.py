"""The parts of the SageMaker pipeline runner."""
