"""The routes of SageMaker's form: the container's, the endpoint's and the Feature Store's."""
