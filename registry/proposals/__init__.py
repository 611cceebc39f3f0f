"""Proposals (usulan) to enter, change or leave a register: musdes, verval, sheet, answer."""
