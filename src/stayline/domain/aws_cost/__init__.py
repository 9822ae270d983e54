"""What a stack costs a month: what it is made of and how it is used, times dated prices."""
