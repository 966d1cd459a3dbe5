<?xml version="1.0" encoding="UTF-8"?>
<!-- What all pages have in common. Pages are well-formed HTML 5: all text goes through the
     serializer, which escapes it. -->
<xsl:stylesheet version="1.0" xmlns:xsl="http://www.w3.org/1999/XSL/Transform">
  <xsl:output method="xml" encoding="UTF-8" indent="no" omit-xml-declaration="yes"/>

  <!-- The head of a page. No request may leave the site, and no script or style stands in a page. -->
  <xsl:template name="head">
    <xsl:param name="title"/>
    <xsl:param name="description"/>
    <meta charset="utf-8"/>
    <meta http-equiv="Content-Security-Policy" content="default-src 'none'; img-src 'self'; media-src 'self'; style-src 'self'; script-src 'self'; connect-src 'none'; base-uri 'none'; form-action 'none'"/>
    <meta name="viewport" content="width=device-width, initial-scale=1"/>
    <meta name="color-scheme" content="light dark"/>
    <meta name="referrer" content="no-referrer"/>
    <title><xsl:value-of select="$title"/></title>
    <xsl:if test="$description != ''">
      <meta name="description" content="{$description}"/>
    </xsl:if>
    <link rel="stylesheet" href="site.css"/>
  </xsl:template>

  <xsl:template name="foot">
    <footer>
      <p>
        <xsl:if test="event/licence">
          <xsl:text>Licence: </xsl:text><xsl:value-of select="event/licence"/><xsl:text>. </xsl:text>
        </xsl:if>
        <xsl:text>For programs: </xsl:text><a href="talks.json">talks.json</a>
        <xsl:text>, </xsl:text><a href="SHA256SUMS">SHA256SUMS</a><xsl:text>.</xsl:text>
      </p>
    </footer>
  </xsl:template>

  <!-- "Ian Pratt, Keir Fraser" -->
  <xsl:template name="speakers">
    <xsl:for-each select="speakers/item">
      <xsl:if test="position() > 1"><xsl:text>, </xsl:text></xsl:if>
      <xsl:value-of select="."/>
    </xsl:for-each>
  </xsl:template>

  <xsl:template name="paragraphs">
    <xsl:for-each select="paragraphs/item">
      <p><xsl:value-of select="."/></p>
    </xsl:for-each>
  </xsl:template>
</xsl:stylesheet>
