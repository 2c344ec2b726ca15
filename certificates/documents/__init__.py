"""The printed credential: the A4 qualification certificate and the card an officer carries."""
