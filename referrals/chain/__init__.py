"""Which hops a village's file takes at the district, and who reviews it for the kecamatan."""
