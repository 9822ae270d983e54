"""Objects in S3, or in what speaks as S3 does: what the families of adapters share."""
