"""A million to a billion images: a manifest says which belong to which shard, and a shard makes one file."""
