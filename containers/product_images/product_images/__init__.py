"""product_images: the later stages of product_import, which fetch what a feed references and make its sizes."""
