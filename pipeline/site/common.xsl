<?xml version="1.0" encoding="UTF-8"?>
<!-- What all pages have in common. Names and texts of the programme are in <bdi>, so that a text in
     another direction does not turn what is around it. -->
<xsl:stylesheet version="1.0" xmlns:xsl="http://www.w3.org/1999/XSL/Transform">

  <!-- The head of a page. No request may leave the site, and no script or style is in a page. -->
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
    <link rel="icon" href="icon.svg" type="image/svg+xml"/>
    <link rel="stylesheet" href="site.css"/>
    <xsl:for-each select="event/feed_video">
      <link rel="alternate" type="application/rss+xml" title="Videos" href="{url}"/>
    </xsl:for-each>
    <xsl:for-each select="event/feed_sound">
      <link rel="alternate" type="application/rss+xml" title="Sound" href="{url}"/>
    </xsl:for-each>
    <meta property="og:site_name" content="{event/title}"/>
    <meta property="og:title" content="{$title}"/>
    <xsl:if test="$description != ''">
      <meta property="og:description" content="{$description}"/>
    </xsl:if>
  </xsl:template>

  <xsl:template name="foot">
    <footer>
      <p>
        <xsl:if test="event/licence">
          <xsl:text>Licence: </xsl:text><bdi><xsl:value-of select="event/licence"/></bdi><xsl:text>. </xsl:text>
        </xsl:if>
        <xsl:text>For programs: </xsl:text><a href="talks.json">talks.json</a>
        <xsl:text>, </xsl:text><a href="SHA256SUMS">SHA256SUMS</a>
        <xsl:if test="event/feed_video"><xsl:text>, </xsl:text><a href="{event/feed_video/file}">feed of the videos</a></xsl:if>
        <xsl:if test="event/feed_sound"><xsl:text>, </xsl:text><a href="{event/feed_sound/file}">feed of the sound</a></xsl:if>
        <xsl:text>.</xsl:text>
      </p>
    </footer>
  </xsl:template>

  <!-- The language of a title or an abstract, where it is known. -->
  <xsl:template name="lang">
    <xsl:if test="lang"><xsl:attribute name="lang"><xsl:value-of select="lang"/></xsl:attribute></xsl:if>
  </xsl:template>
</xsl:stylesheet>
