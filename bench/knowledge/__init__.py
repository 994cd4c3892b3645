"""How well the search of documents finds: a labelled set, plain BM25 beside it, and nDCG@10 of both."""
