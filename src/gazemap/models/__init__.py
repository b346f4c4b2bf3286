"""Models: image -> saliency or log density. `table` lists the networks, `files` what comes with gazemap."""
